# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Rules on the RFCs an entry cites."""

import re
from collections.abc import Iterator

from dropreasons.rules import Context, Problem, rule
from dropreasons.rules.text import texts

#: The RFCs that an entry may cite, by number.
RFCS = {
    768: "User Datagram Protocol",
    791: "Internet Protocol",
    792: "Internet Control Message Protocol",
    1122: "Requirements for Internet Hosts - Communication Layers",
    1191: "Path MTU Discovery",
    1337: "TIME-WAIT Assassination Hazards in TCP",
    1812: "Requirements for IP Version 4 Routers",
    2018: "TCP Selective Acknowledgment Options",
    2385: "Protection of BGP Sessions via the TCP MD5 Signature Option",
    2883: "An Extension to the Selective Acknowledgement (SACK) Option for TCP",
    3542: "Advanced Sockets Application Program Interface (API) for IPv6",
    3704: "Ingress Filtering for Multihomed Networks",
    4291: "IP Version 6 Addressing Architecture",
    4443: "Internet Control Message Protocol (ICMPv6) for IPv6",
    4861: "Neighbor Discovery for IP version 6 (IPv6)",
    4963: "IPv4 Reassembly Errors at High Data Rates",
    5082: "The Generalized TTL Security Mechanism (GTSM)",
    5722: "Handling of Overlapping IPv6 Fragments",
    5925: "The TCP Authentication Option",
    5961: "Improving TCP's Robustness to Blind In-Window Attacks",
    6040: "Tunnelling of Explicit Congestion Notification",
    6935: "IPv6 and UDP Checksums for Tunneled Packets",
    6936: "Applicability Statement for the Use of IPv6 UDP Datagrams with Zero Checksums",
    6980: "Security Implications of IPv6 Fragmentation with IPv6 Neighbor Discovery",
    7323: "TCP Extensions for High Performance",
    7348: "Virtual eXtensible Local Area Network (VXLAN)",
    7413: "TCP Fast Open",
    8200: "Internet Protocol, Version 6 (IPv6) Specification",
    8201: "Path MTU Discovery for IP version 6",
    8985: "The RACK-TLP Loss Detection Algorithm for TCP",
    9293: "Transmission Control Protocol (TCP)",
    9332: "Dual-Queue Coupled Active Queue Management (AQM) for Low Latency, Low Loss, and Scalable Throughput (L4S)",
}
_CITED = re.compile(r"\bRFC ?(\d+)", re.IGNORECASE)


@rule("DR022", "warning", "An RFC that is cited is in the list of known ones.")
def rfcs_are_known(context: Context) -> Iterator[Problem]:
    """The kernel's comment on INVALID_PROTO cites RFC 2211, which is about something else."""
    for name, path, text in texts(context):
        for cited in _CITED.findall(text):
            if int(cited) not in RFCS:
                yield name, path, f"RFC {cited} is not a known one; mend the number, or add it to rules/documents.py"
