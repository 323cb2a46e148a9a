# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Every spelling that tools give a reason is read, every name of the registry in each; and nothing else is."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dropreasons.decode.event import Reading
from dropreasons.decode.spelling import LONGEST, read_foreign, read_spelling
from dropreasons.lookup import Registry

#: Spellings that keep the whole name.
SPELLINGS = (
    "{}", "SKB_DROP_REASON_{}", "…_DROP_REASON_{}", "..._REASON_{}", "…REASON_{}",
    "kfree_skb_reason(SKB_DROP_REASON_{})", "sk_skb_reason_drop({})", "kfree_skb_reason (SKB_DROP_REASON_{})",
    "{} (12)", "SKB_DROP_REASON_{} (0x2000a)", "qdisc/{}", " {}\t",
)  # fmt: skip


@pytest.fixture(scope="module")
def names(registry: Registry) -> list[str]:
    """Every name that a kernel's table has, but for the marker of a list's beginning."""
    rows = registry.database.execute("select distinct name from value union select name from reason").fetchall()
    return [name for (name,) in rows if not name.startswith("__")]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_every_name_is_read_in_every_spelling(names: list[str], spelling: str) -> None:
    """The name comes out as the registry has it."""
    assert len(names) > 250
    for name in names:
        reading = read_spelling(spelling.format(name))
        assert reading, name
        assert (reading.name, reading.cut, reading.text) == (name, False, spelling.format(name).strip())


@given(st.integers(0, 0xFFFFFFFF))
def test_every_number_is_read(value: int) -> None:
    """Decimal, hexadecimal, in a call, beside a word for unknown, and after the id of its sub-system."""
    spellings = (
        f"{value}", f"{value:#x}", f"{value:#X}", f"00{value}", f"kfree_skb_reason({value})",
        f"sk_skb_reason_drop ({value:#x})", f"unknown:{value}", f"Unknown reason {value}", f"{value >> 16}/{value}",
    )  # fmt: skip
    for text in spellings:
        assert read_spelling(text) == Reading(text, value=value)


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        ("NETFILTER_DROP (12)", Reading("", "NETFILTER_DROP", 12)),
        ("openvswitch/OVS_DROP_LAST_ACTION", Reading("", "OVS_DROP_LAST_ACTION", subsystem="openvswitch")),
        ("OPENVSWITCH:3", Reading("", subsystem="openvswitch", number=3)),
        ("…DISC_DROP", Reading("", "DISC_DROP", cut=True)),
        ("…ON_DROP", Reading("", "ON_DROP", cut=True)),
        ("UNKNOWN", Reading("")),
        ("SKB_DROP_UNKNOWN_CAUSE", Reading("")),
        ("NetworkEvent_NetpolNode", Reading("", "NetworkEvent_NetpolNode", foreign="NetObserv")),
        (
            "Unknown reason 65900 (sub-system: SKB_DROP_REASON_SUBSYS_MAC80211_UNUSABLE)",
            Reading("", value=65900, subsystem="mac80211_unusable"),
        ),
    ],
)
def test_spellings_that_say_more_or_less(text: str, reading: Reading) -> None:
    """What a spelling says beside the name is kept, and what it does not say is not made up."""
    assert read_spelling(text) == reading._replace(text=text)


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "NO SOCKET", "no_socket", "Hello", "4294967296", "-1", "0x", "0x100000000", "٣", "NO_SOCKET (x)",
        "5/1", "l2_drops/ingress_vlan_filter", "printk(NO_SOCKET)", "OPENVSWITCH:65536", "…", "NO_SOCKET\nNO_SOCKET",
        "N" * 201, "9" * 201,
    ],
)  # fmt: skip
def test_what_is_no_spelling_is_refused(text: str) -> None:
    """Words, numbers of more than 32 bits, sub-systems that contradict the number, and texts too long."""
    assert read_spelling(text) is None


def test_the_tool_is_kept() -> None:
    """A name from a tool's own table says whose table it is."""
    assert read_spelling("NO_SOCKET (3)", "bcc") == Reading("NO_SOCKET (3)", "NO_SOCKET", 3, tool="bcc")


@pytest.mark.parametrize(
    ("text", "registry", "reading"),
    [
        ("POLICY_DENIED", "Cilium", Reading("POLICY_DENIED", "POLICY_DENIED", foreign="Cilium")),
        ("Policy denied", "Cilium", Reading("Policy denied", "Policy denied", foreign="Cilium")),
        ("133", "Cilium", Reading("133", value=133, foreign="Cilium")),
        (
            "l2_drops/ingress_vlan_filter",
            "devlink trap",
            Reading("l2_drops/ingress_vlan_filter", "l2_drops/ingress_vlan_filter", foreign="devlink trap"),
        ),
    ],
)
def test_reasons_of_other_registries(text: str, registry: str, reading: Reading) -> None:
    """They keep their text and say whose they are."""
    assert read_foreign(text, registry) == reading


@pytest.mark.parametrize("text", ["", "a\x1b[31mb", "x" * 201])
def test_foreign_reasons_are_bounded_too(text: str) -> None:
    """Nothing that moves a terminal, and nothing long."""
    assert read_foreign(text, "Cilium") is None


@given(st.text() | st.from_regex(r"[A-Z_…\.a-z/:\(\) 0-9x]{0,250}", fullmatch=True))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Nothing crashes; what is read is the text itself, in bounds."""
    reading = read_spelling(text)
    assert reading is None or (reading.text == text.strip() and len(reading.text) <= LONGEST)
    if reading and reading.value is not None:
        assert 0 <= reading.value <= 0xFFFFFFFF


@pytest.mark.parametrize("piece", ["A", "_", "9", "(", "a skb(", "/", "…", "A_", "0x", "unknown:"])
def test_long_texts_cost_nothing(piece: str) -> None:
    """A hundred texts of a megabyte are refused at once."""
    text = piece * (1_000_000 // len(piece))
    begun = time.monotonic()
    for _ in range(100):
        assert read_spelling(text) is None
        assert read_foreign(text, "Cilium") is None
    assert time.monotonic() - begun < 1
