# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""What the words of the taxonomy mean: classes, layers, severities, and who can act."""

CLASSES = {
    "no-receiver": "Nobody on this machine wanted the packet: no socket, no protocol, not our address.",
    "malformed": "The packet breaks the rules of its protocol, or arrived damaged.",
    "stale": "The packet is a duplicate, or outside the window its connection accepts now.",
    "policy": "Somebody configured this machine to drop such packets: a filter, a firewall, a limit.",
    "queue-full": "A queue, ring or buffer was full: packets came faster than they were taken out.",
    "no-memory": "The kernel could not get memory for the packet.",
    "no-route": "No way to the destination: no route, no neighbour, no tunnel end.",
    "device-state": "A device or port was down, detached, or in a state that carries no packets.",
    "teardown": "A socket, queue or device was closed with packets still in it.",
    "fault": "An operation on the packet failed: a copy, a checksum, a segmentation.",
    "unspecified": "The kernel does not say why, or the packet was not dropped at all.",
}

LAYERS = {
    "device": "Drivers and virtual devices: tun, tap, macvtap.",
    "core": "The receive and transmit path all protocols share: backlog, XDP, protocol demultiplexing.",
    "traffic-control": "Queueing disciplines and tc filters.",
    "link": "Bridging, MAC addresses and neighbours (ARP, neighbour discovery).",
    "network": "IPv4, IPv6, routing, fragments, ICMP, netfilter.",
    "tunnel": "VXLAN and other tunnels, IPsec, PSP.",
    "transport": "TCP and UDP.",
    "socket": "Socket filters and the queues to applications.",
    "wifi": "mac80211, the wireless stack.",
    "openvswitch": "Open vSwitch.",
    "can": "Controller area networks.",
    "any": "Raised in several layers.",
}

SUBSYSTEMS = {
    "core": "The common list, in include/net/dropreason-core.h; its numbers are below 65536.",
    "qdisc": "Queueing disciplines, from 7.1; shown by the tracepoint qdisc:qdisc_drop.",
    "openvswitch": "The Open vSwitch datapath, from 6.6.",
    "mac80211_unusable": "Frames that the wireless stack cannot use, from 6.4.",
    "mac80211_monitor": "Frames that the wireless stack hands to monitor interfaces only, 6.4 to 6.14.",
}

SEVERITIES = {
    "benign": "Normal: can be ignored.",
    "depends": "May be normal: the page says how to tell.",
    "investigate": "Worth looking into: something is short, broken or misconfigured.",
}

ACTORS = {
    "application": "the program that sends or receives",
    "admin": "the administrator of this machine",
    "peer": "the other end of the connection",
    "network": "whoever runs the network between",
    "developer": "a kernel or driver developer",
    "nobody": "nobody; nothing need be done",
}
