# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""The callers of reasons: every way a reason reaches the free, and what is no caller, in code made for the purpose."""

import tarfile
from io import BytesIO
from pathlib import Path

import pytest
from conftest import Run

from dropreasons.catalogue import Catalogue
from dropreasons.evidence import as_ranges, join, seen_in, split, trees_read
from dropreasons.importers.reading import NotImported
from dropreasons.importers.recognise import import_source
from dropreasons.importers.tree import ImportedTree

CORE = """\
#ifndef _LINUX_DROPREASON_CORE_H
#define _LINUX_DROPREASON_CORE_H
#define DEFINE_DROP_REASON(FN, FNe) \\
\tFN(NOT_SPECIFIED) \\
\tFN(FULL_RING) \\
\tFN(FQ_BAND_LIMIT) \\
\tFNe(MAX)
enum skb_drop_reason {
\t/* zero */
\tSKB_NOT_DROPPED_YET = 0,
\tSKB_CONSUMED,
\tSKB_DROP_REASON_NOT_SPECIFIED,
\tSKB_DROP_REASON_FULL_RING,
\tSKB_DROP_REASON_FQ_BAND_LIMIT,
\tSKB_DROP_REASON_MAX,
\tSKB_DROP_REASON_SUBSYS_MASK = 0xffff0000,
};
#define SKB_DROP_REASON_SUBSYS_SHIFT 16
#define SKB_DR_INIT(name, reason) enum skb_drop_reason name = SKB_DROP_REASON_##reason
#define SKB_DR(name) SKB_DR_INIT(name, NOT_SPECIFIED)
#define SKB_DR_SET(name, reason) (name = SKB_DROP_REASON_##reason)
#define SKB_DR_OR(name, reason) do { if (name == SKB_NOT_DROPPED_YET) SKB_DR_SET(name, reason); } while (0)
#endif
"""
SUBSYSTEMS = """\
enum skb_drop_reason_subsys {
\tSKB_DROP_REASON_SUBSYS_CORE,
\tSKB_DROP_REASON_SUBSYS_MAC80211_UNUSABLE,
\tSKB_DROP_REASON_SUBSYS_NUM
};
"""
WIRELESS = """\
#define MAC80211_DROP_REASONS_UNUSABLE(R) \\
\tR(RX_DROP_U_REPLAY) \\
/* the end */
enum ___mac80211_drop_reason {
\t___RX_CONTINUE = SKB_CONSUMED,
#define ENUM(x) ___ ## x,
\t___RX_DROP_UNUSABLE = SKB_DROP_REASON_SUBSYS_MAC80211_UNUSABLE <<
\t\tSKB_DROP_REASON_SUBSYS_SHIFT,
\tMAC80211_DROP_REASONS_UNUSABLE(ENUM)
#undef ENUM
};
"""
CODE = """\
#define FQDR(reason) SKB_DROP_REASON_FQ_##reason
#define RAISES_NOTHING(skb) kfree_skb_reason(skb, SKB_DROP_REASON_FULL_RING)

static const u8 map[] = {
\t[1] = SKB_DROP_REASON_FULL_RING,
};

static const char * const names[] = {
\t[SKB_DROP_REASON_FULL_RING] = "FULL_RING",
};

static int handed_over(struct sk_buff *skb)
{
\tkfree_skb_reason(skb, SKB_DROP_REASON_FULL_RING);	/* SKB_DROP_REASON_NOT_SPECIFIED */
\tif (skb->len > 4)
\t\treturn qdisc_drop_reason(skb, sch, free,
\t\t\t\t\t FQDR(BAND_LIMIT));
\tnetdev_dbg("SKB_DROP_REASON_NOT_SPECIFIED");
\treturn 0;
}

INDIRECT_CALLABLE_SCOPE enum skb_drop_reason
assigned(struct sk_buff *skb,
\t enum skb_drop_reason *out)
\t__must_hold(&skb->lock)
{
\tenum skb_drop_reason reason = SKB_DROP_REASON_NOT_SPECIFIED;
\tSKB_DR(other);

\treason = skb->len ? SKB_DROP_REASON_FULL_RING :
\t\tSKB_CONSUMED;
\tSKB_DR_SET(*out, FULL_RING);
\tSKB_DR_OR(other, FULL_RING);
\tif (reason == SKB_DROP_REASON_FULL_RING || reason != SKB_CONSUMED)
\t\tgoto out;
\tswitch (reason) {
\tcase SKB_DROP_REASON_FULL_RING:
\t\tbreak;
\t}
out:
\treturn SKB_NOT_DROPPED_YET;
}

#ifdef CONFIG_ONE
static int split_head(int a)
#else
static int split_head(void)
#endif
{
#if IS_ENABLED(CONFIG_TWO)
\treturn RX_DROP_U_REPLAY;
#else
\treturn SKB_DROP_REASON_FULL_RING;
#endif
}

SYSCALL_DEFINE2(named_by_macro, int, a, int, b)
{
\tkfree_skb_reason(skb, SKB_DROP_REASON_FULL_RING);
}

static void empty_body(void)
{}

int old_style(skb)
\tstruct sk_buff *skb;
{
\tkfree_skb_reason(skb, SKB_DROP_REASON_FULL_RING);
}
"""
FALSE_FRIEND = "#define RX_DROP_U_REPLAY 7\n"
PRIVATE = "int lowpan(void)\n{\n\treturn RX_DROP_U_REPLAY;\n}\n"
SNMP = "enum {\n\tLINUX_MIB_NUM = 0,\n\tLINUX_MIB_TCPMINTTLDROP,\t/* TCPMinTTLDrop */\n};\n"
FILES = {
    "Makefile": "VERSION = 6\nPATCHLEVEL = 99\nSUBLEVEL = 3\nEXTRAVERSION =\n",
    "include/net/dropreason-core.h": CORE,
    "include/net/dropreason.h": SUBSYSTEMS,
    "include/uapi/linux/snmp.h": SNMP,
    "net/mac80211/drop.h": WIRELESS,
    "net/core/made.c": CODE,
    "net/lowpan/private.h": FALSE_FRIEND,
    "net/lowpan/private.c": PRIVATE,
    "net/mac80211/tests/made.c": CODE,
}
FULL, NONE, CONSUMED = "SKB_DROP_REASON_FULL_RING", "SKB_DROP_REASON_NOT_SPECIFIED", "SKB_CONSUMED"
EXPECTED = [
    (FULL, "map", "table", "", ""),
    (FULL, "handed_over", "argument", "kfree_skb_reason", ""),
    ("SKB_DROP_REASON_FQ_BAND_LIMIT", "handed_over", "argument", "qdisc_drop_reason", ""),
    (NONE, "assigned", "initialiser", "", ""),
    (NONE, "assigned", "initialiser", "SKB_DR", ""),
    (FULL, "assigned", "assignment", "", ""),
    (CONSUMED, "assigned", "assignment", "", ""),
    (FULL, "assigned", "assignment", "SKB_DR_SET", ""),
    (FULL, "assigned", "assignment", "SKB_DR_OR", ""),
    ("SKB_NOT_DROPPED_YET", "assigned", "return", "", ""),
    ("RX_DROP_U_REPLAY", "split_head", "return", "", "IS_ENABLED(CONFIG_TWO)"),
    (FULL, "split_head", "return", "", "!(IS_ENABLED(CONFIG_TWO))"),
    (FULL, "named_by_macro", "argument", "kfree_skb_reason", ""),
    (FULL, "old_style", "argument", "kfree_skb_reason", ""),
]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A small kernel tree made for the purpose."""
    root = tmp_path / "linux"
    for name, text in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def packed(root: Path, compression: str) -> bytes:
    """Return a tarball of a tree."""
    stream = BytesIO()
    with tarfile.open(fileobj=stream, mode=f"w:{compression}") as archive:
        archive.add(root, "linux-6.99")
    return stream.getvalue()


def test_every_way_a_reason_reaches_the_free(tree: Path) -> None:
    """Calls, assignments, returns, initialisers, tables and pasted names are callers; the rest is not."""
    read = import_source(tree)
    assert isinstance(read, ImportedTree)
    assert read.kernel == "6.99.3"
    assert [(s.reason, s.function, s.how, s.via, s.condition) for s in read.sites] == EXPECTED
    assert read.unclear == ()
    assert read.counters == ("LINUX_MIB_NUM", "LINUX_MIB_TCPMINTTLDROP")
    assert read.imported.table.lists["mac80211_unusable"] == {"RX_DROP_UNUSABLE": 0x10000, "RX_DROP_U_REPLAY": 0x10001}


@pytest.mark.parametrize("compression", ["xz", "gz", "bz2", ""])
def test_a_tarball_is_read_as_the_tree_it_holds(tree: Path, tmp_path: Path, compression: str) -> None:
    """Packed or not, the same is found."""
    path = tmp_path / "linux.tar"
    path.write_bytes(packed(tree, compression))
    unpacked, streamed = import_source(tree), import_source(path)
    assert isinstance(unpacked, ImportedTree)
    assert isinstance(streamed, ImportedTree)
    assert set(streamed.sites) == set(unpacked.sites)
    assert streamed.imported.table.lists == unpacked.imported.table.lists


def test_a_reason_outside_every_function_is_listed(tree: Path) -> None:
    """What could not be placed is told, never skipped in silence."""
    (tree / "net" / "core" / "odd.c").write_text("} kfree_skb_reason(SKB_DROP_REASON_FULL_RING);\n", encoding="utf-8")
    read = import_source(tree)
    assert isinstance(read, ImportedTree)
    assert [site for site in read.sites if site.file.endswith("odd.c")] == []


def hostile(name: str, link: str = "") -> bytes:
    """Return a tarball with one member."""
    stream = BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        member = tarfile.TarInfo(name)
        if link:
            member.type, member.linkname = tarfile.SYMTYPE, link
        archive.addfile(member, BytesIO())
    return stream.getvalue()


BAD_TARBALLS = [
    (hostile("linux/../../etc/passwd"), "leaves the archive"),
    (hostile("/etc/passwd"), "leaves the archive"),
    (hostile("linux/Makefile", "../../etc/passwd"), "no Makefile"),
    (hostile("linux/README"), "no Makefile"),
    (b"\x1f\x8b" + b"rubbish" * 50, "not a whole tarball"),
]


@pytest.mark.parametrize(("data", "message"), BAD_TARBALLS)
def test_bad_tarballs_are_refused(tmp_path: Path, run: Run, data: bytes, message: str) -> None:
    """Paths and links that leave the archive, damage, and other archives give one clear line."""
    path = tmp_path / "linux.tar.gz"
    path.write_bytes(data)
    done = run("import", str(path))
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_truncated_tarball_is_refused(tree: Path, tmp_path: Path) -> None:
    """Half a tarball is not half a kernel."""
    path = tmp_path / "linux.tar.xz"
    path.write_bytes(packed(tree, "xz")[:-200])
    with pytest.raises(NotImported, match="not a whole tarball"):
        import_source(path)


TREES = [
    ({"Makefile": None}, "no Makefile"),
    ({"Makefile": "all:\n"}, "states no VERSION"),
    ({"include/net/dropreason-core.h": None}, "no enum skb_drop_reason"),
    (
        {"include/net/dropreason-core.h": CORE.replace("FN(FULL_RING)", "FN(EMPTY_RING)")},
        "differ: EMPTY_RING, FULL_RING",
    ),
    ({"include/net/dropreason-core.h": CORE.replace("YET = 0", "YET = sizeof(int)")}, "cannot evaluate 'sizeof"),
    ({"include/net/dropreason-core.h": CORE.replace("YET = 0", "YET = 1 << 70")}, "does not fit 32 bits"),
    (
        {"include/net/dropreason-core.h": CORE.replace("\t/* zero */", "#ifdef CONFIG_X")},
        "depends on the configuration",
    ),
    ({"include/net/dropreason-core.h": "\0" * 100}, "binary data"),
]


@pytest.mark.parametrize(("change", "message"), TREES, ids=[message for _, message in TREES])
def test_bad_trees_are_refused(tree: Path, run: Run, change: dict[str, str | None], message: str) -> None:
    """A tree whose reasons cannot be read says why, in one line, and nothing is written."""
    for name, text in change.items():
        (tree / name).unlink() if text is None else (tree / name).write_text(text, encoding="utf-8")
    done = run("import", str(tree))
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert done.stderr.count("\n") == 1


def test_keeping_a_tree_twice_changes_nothing(tree: Path, project: Path, run: Run) -> None:
    """A tree is kept with its origin; the same tree again leaves the file as it is."""
    refused = run("import", str(tree), "--write", "--root", str(project))
    assert refused.returncode == 2
    assert "--origin" in refused.stderr
    scanned = sum(name.endswith((".c", ".h")) for name in FILES)
    for expected in ("kept", "nothing new"):
        done = run("import", str(tree), "--write", "--origin", "made for a test", "--root", str(project))
        assert done.stdout == f"6.99.3: {len(EXPECTED)} sites in {scanned} files; {expected}\n"
    shown = run("where", "FULL_RING", "--kernel", "7.3.4")
    assert "tun_net_xmit (drivers/net/tun.c)" in shown.stdout


def test_drift_names_what_the_catalogue_lacks(tree: Path, run: Run) -> None:
    """A developer's tree with a new reason gets a skeleton with its callers; a new caller is named."""
    core = tree / "include" / "net" / "dropreason-core.h"
    text = CORE.replace("\tFN(FULL_RING)", "\tFN(FULL_RING) \\\n\tFN(MADE_UP)")
    core.write_text(
        text.replace("\tSKB_DROP_REASON_FQ", "\tSKB_DROP_REASON_MADE_UP,\n\tSKB_DROP_REASON_FQ"), encoding="utf-8"
    )
    (tree / "net" / "core" / "new.c").write_text(
        "int f(void)\n{\n\treturn SKB_DROP_REASON_MADE_UP;\n}\n", encoding="utf-8"
    )
    done = run("import", str(tree), "--against", "reasons.yaml")
    assert done.returncode == 1
    assert "MADE_UP has no entry; begin with:" in done.stdout
    assert "- {function: f, file: net/core/new.c, when: the condition" in done.stdout
    assert "handed_over raises FULL_RING, which its entry does not say" in done.stdout


def test_evidence_is_kept_compactly_and_comes_apart_again(catalogue: Catalogue) -> None:
    """Joining the trees of a record gives the record back; ranges name exactly the trees they were made of."""
    evidence = catalogue.evidence
    assert join(split(evidence).values()) == evidence
    trees = trees_read(evidence)
    assert len(trees) >= 20
    for wanted in (trees[2:5], trees[:1], trees[::2], trees):
        assert seen_in(as_ranges(wanted, trees), trees) == wanted
