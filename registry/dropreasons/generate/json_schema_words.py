# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""What the JSON Schemas say of each field and of each word, so that an editor's hover helps."""

from collections.abc import Mapping

from dropreasons.taxonomy import ACTORS, CLASSES, LAYERS, SEVERITIES

Words = Mapping[str, str]

DIRECTIONS = {
    "receive": "Packets that came in.",
    "transmit": "Packets on their way out.",
    "both": "Either way.",
}
STATUSES = {
    "present": "Kernels have it.",
    "removed": "No newer kernel has it; `replaced_by` says what came instead.",
    "proposed": "No kernel has it yet: somebody drafts a patch.",
}
_ALIAS_KINDS = {
    "proposed": "A name of an earlier version of the patch, or one offered in its review.",
    "renamed": "The name that older kernels have.",
    "common": "What people call it.",
}
_SUCCESSOR_KINDS = {
    "renamed_to": "The same reason under a new name.",
    "split_into": "Several narrower reasons took over.",
    "merged_into": "A wider reason took over.",
    "moved_to": "The same reason in another sub-system.",
    "none": "Nothing took its place.",
}
#: Every set of words an entry chooses from, with what each word means.
CHOICES: tuple[Words, ...] = (
    CLASSES, LAYERS, DIRECTIONS, SEVERITIES, ACTORS, STATUSES, _ALIAS_KINDS, _SUCCESSOR_KINDS,
)  # fmt: skip

#: What each field of each model means, by the names of both.
FIELDS: Mapping[str, Words] = {
    "Reason": {
        "summary": "What the machine could not or would not do with the packet, in one sentence.",
        "class": "What kind of cause it is.",
        "layer": "Where in the network stack the packet is dropped.",
        "direction": "Which way the packet was going.",
        "severity": "Whether an administrator may ignore it.",
        "acts": "Who can do something about it.",
        "meaning": "What the packet was doing, which condition failed, what an administrator sees then, and whether "
        "that is normal.",
        "status": "Whether kernels have it, had it, or may get it.",
        "after": "The name this one is to follow in the kernel's list; of use while it is proposed.",
        "replaced_by": "What came instead, for a name that left the kernel.",
        "causes": "One line for each cause, the most frequent first.",
        "confirm": "Commands that tell the causes apart.",
        "remedies": "What to set, mend or leave alone.",
        "counters": "Counters that the same path bumps with the drop.",
        "sysctls": "Settings that steer the drop.",
        "callers": "Every function that raises the reason in the newest kernel, and those that only older ones have.",
        "reproduced": "Runs of experiments that raised the reason on a real kernel.",
        "history": "How the reason came into the kernel.",
        "aliases": "Other spellings that lead here.",
        "related": "Names of reasons that are mistaken for this one, or seen together with it.",
        "references": "Documents that help.",
        "waive": "Lint rules that do not apply to this entry.",
    },
    "Step": {
        "run": "A command that exists; name the Debian package in `look` if not every system has it.",
        "look": "What to look for in what it prints.",
    },
    "Counter": {
        "name": "The counter as tools print it.",
        "where": "The command or file that shows it.",
        "function": "The kernel function that bumps it.",
        "constant": "The kernel's constant for it, such as LINUX_MIB_XFRMOUTNOQSPACE.",
    },
    "Sysctl": {
        "name": "The setting, as `sysctl` spells it.",
        "note": "How it steers the drop.",
    },
    "Caller": {
        "function": "The function in whose body the reason stands.",
        "file": "Its file, from the root of the kernel tree.",
        "when": "The condition under which it raises the reason, as a clause in our words.",
        "kernels": "The upstream versions that have it, such as `>=5.18 <7.1`.",
        "read_in": "The kernel trees it was read in.",
    },
    "Commit": {
        "commit": "The commit id: 12 to 40 hexadecimal digits, lower case. Quote it if it has digits only.",
        "subject": "The first line of its message.",
    },
    "History": {
        "introduced": "The commit that brought the reason.",
        "note": "What else there is to know of its past.",
    },
    "Alias": {
        "name": "The other spelling.",
        "kind": "What sort of spelling it is.",
        "note": "Who used it, and what is to be known of it.",
    },
    "Successor": {
        "kind": "How the name was replaced.",
        "names": "The names that took over.",
        "note": "What a reader of old traces should know.",
    },
    "Reference": {
        "title": "What it is.",
        "id": "Its identifier: an RFC section, a message id, a commit.",
        "url": "Its address.",
    },
    "Reproduction": {
        "experiment": "The function of tests/lab/ that makes the drop.",
        "kernel": "The release it ran on, such as 6.18.44.",
        "caller": "The function that freed the packet; left out where the kernel prints no name for it.",
    },
    "Overlay": {
        "name": "The short name of the overlay, which every answer with its reasons carries.",
        "title": "What it is, in a few words.",
        "lists": "Its sub-systems, each with the numbers it has on some kernels.",
    },
    "PrivateList": {
        "subsystem": "The name of the sub-system; none that Linux has.",
        "id": "Its id in the kernel's enum skb_drop_reason_subsys: the high 16 bits of each value.",
        "kernels": "The kernels that have these numbers, as their `uname -r` prints them; left out, all of them.",
        "numbers": "The number of each reason in the sub-system: the low 16 bits.",
    },
    "Waiver": {
        "rule": "The id of the rule, such as DR012.",
        "why": "Why it does not apply here.",
    },
}  # fmt: skip
