# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Debian's stock kernel, booted under qemu with mac80211 and openvswitch loaded: the BTF of its modules."""

from pathlib import Path

import pytest
from booted import SOURCES, boot

from dropreasons.btf import read_enums
from dropreasons.enums import MODULES, REASON_ENUMS, lists_from_enums
from dropreasons.importers.reading import Imported
from dropreasons.importers.recognise import import_source
from dropreasons.importers.tree import ImportedTree

INSIDE = """\
modprobe mac80211
modprobe openvswitch
cp /sys/kernel/btf/vmlinux /sys/kernel/btf/mac80211 /sys/kernel/btf/openvswitch {out}/
cp /sys/kernel/tracing/events/skb/kfree_skb/format {out}/
uname -r > {out}/release
"""


@pytest.fixture(scope="module")
def guest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a booted kernel shows of itself, copied out of it."""
    return boot("6.12", INSIDE, tmp_path_factory.mktemp("guest"))


@pytest.mark.slow
def test_btf_of_modules_and_tracefs_agree_with_the_source(guest: Path) -> None:
    """The lists in the BTF of vmlinux and its modules are those of the kernel's source, and tracefs agrees."""
    release = (guest / "release").read_text(encoding="utf-8").strip()
    tree = import_source(SOURCES / f"linux-source-{'.'.join(release.split('.')[:2])}")
    assert isinstance(tree, ImportedTree)
    base = (guest / "vmlinux").read_bytes()
    enums = read_enums(base, REASON_ENUMS)
    for module, enum in MODULES.items():
        enums |= read_enums((guest / module).read_bytes(), (enum, f"___{enum}"), base)
    lists = lists_from_enums(enums)
    assert lists.lists == tree.imported.table.lists
    assert lists.subsystems == tree.imported.table.subsystems
    module_alone = import_source(guest / "mac80211")
    assert isinstance(module_alone, Imported)
    assert module_alone.table.lists["mac80211_unusable"] == lists.lists["mac80211_unusable"]
    assert module_alone.silent == ("the list of openvswitch is not in this source",)
    traced = import_source(guest / "format")
    assert isinstance(traced, Imported)
    assert traced.table.lists["core"].items() <= lists.lists["core"].items()
