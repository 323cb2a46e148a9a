# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Writes a table as a value_string array in C, which Wireshark's dissectors turn numbers into names with."""

from dropreasons.generate.sources import SPDX, Contents, comment, source_format

# packet.h brings value_string in with every release; the header of its own has moved between them.
_USE = """ *
 * How to use it: put this file beside a dissector and include it there, after <epan/packet.h>.
 * A field then shows names if its hf_register_info says FT_UINT32, BASE_DEC and VALS(skb_drop_reason_vals);
 * elsewhere val_to_str_const(number, skb_drop_reason_vals, "Unknown") returns one.
 */

static const value_string skb_drop_reason_vals[] = {
"""
_FOOT = """	{ 0, NULL }
};
"""


@source_format("wireshark", ".c", "A value_string array in C for a dissector.")
def wireshark(contents: Contents) -> str:
    """Return a part of a dissector."""
    rows = "".join(f'	{{ {value.written}, "{value.name}" }},\n' for value in contents.values)
    head = f"/* {SPDX} */\n/*\n * Drop reasons of one Linux kernel.\n"
    return f"{head}{comment(contents.about, ' * ')}{_USE}{rows}{_FOOT}"
