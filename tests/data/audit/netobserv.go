// SPDX-License-Identifier: GPL-2.0-only OR MIT
// The names and numbers of NetObserv's agent, and nothing else of it, in a file written for these tests.
// Source: netobserv/netobserv-ebpf-agent, pkg/decode/decode_protobuf.go,
// commit 56a7d35f5e5c31a9a679bb83d44193dc7d343308.
package audit

const (
	core = 0 << 16
	ovs  = 3 << 16
)

func name(number uint32) string {
	switch number {
	case core + 2:
		return "SKB_DROP_REASON_NOT_SPECIFIED"
	case core + 3:
		return "SKB_DROP_REASON_NO_SOCKET"
	case core + 4:
		return "SKB_DROP_REASON_PKT_TOO_SMALL"
	case core + 5:
		return "SKB_DROP_REASON_TCP_CSUM"
	case core + 6:
		return "SKB_DROP_REASON_SOCKET_FILTER"
	case core + 7:
		return "SKB_DROP_REASON_UDP_CSUM"
	case core + 8:
		return "SKB_DROP_REASON_NETFILTER_DROP"
	case core + 9:
		return "SKB_DROP_REASON_OTHERHOST"
	case core + 10:
		return "SKB_DROP_REASON_IP_CSUM"
	case core + 11:
		return "SKB_DROP_REASON_IP_INHDR"
	case core + 12:
		return "SKB_DROP_REASON_IP_RPFILTER"
	case core + 13:
		return "SKB_DROP_REASON_UNICAST_IN_L2_MULTICAST"
	case core + 14:
		return "SKB_DROP_REASON_XFRM_POLICY"
	case core + 15:
		return "SKB_DROP_REASON_IP_NOPROTO"
	case core + 16:
		return "SKB_DROP_REASON_SOCKET_RCVBUFF"
	case core + 17:
		return "SKB_DROP_REASON_PROTO_MEM"
	case core + 18:
		return "SKB_DROP_REASON_TCP_MD5NOTFOUND"
	case core + 19:
		return "SKB_DROP_REASON_TCP_MD5UNEXPECTED"
	case core + 20:
		return "SKB_DROP_REASON_TCP_MD5FAILURE"
	case core + 21:
		return "SKB_DROP_REASON_SOCKET_BACKLOG"
	case core + 22:
		return "SKB_DROP_REASON_TCP_FLAGS"
	case core + 23:
		return "SKB_DROP_REASON_TCP_ZEROWINDOW"
	case core + 24:
		return "SKB_DROP_REASON_TCP_OLD_DATA"
	case core + 25:
		return "SKB_DROP_REASON_TCP_OVERWINDOW"
	case core + 26:
		return "SKB_DROP_REASON_TCP_OFOMERGE"
	case core + 27:
		return "SKB_DROP_REASON_TCP_RFC7323_PAWS"
	case core + 28:
		return "SKB_DROP_REASON_TCP_INVALID_SEQUENCE"
	case core + 29:
		return "SKB_DROP_REASON_TCP_RESET"
	case core + 30:
		return "SKB_DROP_REASON_TCP_INVALID_SYN"
	case core + 31:
		return "SKB_DROP_REASON_TCP_CLOSE"
	case core + 32:
		return "SKB_DROP_REASON_TCP_FASTOPEN"
	case core + 33:
		return "SKB_DROP_REASON_TCP_OLD_ACK"
	case core + 34:
		return "SKB_DROP_REASON_TCP_TOO_OLD_ACK"
	case core + 35:
		return "SKB_DROP_REASON_TCP_ACK_UNSENT_DATA"
	case core + 36:
		return "SKB_DROP_REASON_TCP_OFO_QUEUE_PRUNE"
	case core + 37:
		return "SKB_DROP_REASON_TCP_OFO_DROP"
	case core + 38:
		return "SKB_DROP_REASON_IP_OUTNOROUTES"
	case core + 39:
		return "SKB_DROP_REASON_BPF_CGROUP_EGRESS"
	case core + 40:
		return "SKB_DROP_REASON_IPV6DISABLED"
	case core + 41:
		return "SKB_DROP_REASON_NEIGH_CREATEFAIL"
	case core + 42:
		return "SKB_DROP_REASON_NEIGH_FAILED"
	case core + 43:
		return "SKB_DROP_REASON_NEIGH_QUEUEFULL"
	case core + 44:
		return "SKB_DROP_REASON_NEIGH_DEAD"
	case core + 45:
		return "SKB_DROP_REASON_TC_EGRESS"
	case core + 46:
		return "SKB_DROP_REASON_QDISC_DROP"
	case core + 47:
		return "SKB_DROP_REASON_CPU_BACKLOG"
	case core + 48:
		return "SKB_DROP_REASON_XDP"
	case core + 49:
		return "SKB_DROP_REASON_TC_INGRESS"
	case core + 50:
		return "SKB_DROP_REASON_UNHANDLED_PROTO"
	case core + 51:
		return "SKB_DROP_REASON_SKB_CSUM"
	case core + 52:
		return "SKB_DROP_REASON_SKB_GSO_SEG"
	case core + 53:
		return "SKB_DROP_REASON_SKB_UCOPY_FAULT"
	case core + 54:
		return "SKB_DROP_REASON_DEV_HDR"
	case core + 55:
		return "SKB_DROP_REASON_DEV_READY"
	case core + 56:
		return "SKB_DROP_REASON_FULL_RING"
	case core + 57:
		return "SKB_DROP_REASON_NOMEM"
	case core + 58:
		return "SKB_DROP_REASON_HDR_TRUNC"
	case core + 59:
		return "SKB_DROP_REASON_TAP_FILTER"
	case core + 60:
		return "SKB_DROP_REASON_TAP_TXFILTER"
	case core + 61:
		return "SKB_DROP_REASON_ICMP_CSUM"
	case core + 62:
		return "SKB_DROP_REASON_INVALID_PROTO"
	case core + 63:
		return "SKB_DROP_REASON_IP_INADDRERRORS"
	case core + 64:
		return "SKB_DROP_REASON_IP_INNOROUTES"
	case core + 65:
		return "SKB_DROP_REASON_PKT_TOO_BIG"
	case core + 66:
		return "SKB_DROP_REASON_DUP_FRAG"
	case core + 67:
		return "SKB_DROP_REASON_FRAG_REASM_TIMEOUT"
	case core + 68:
		return "SKB_DROP_REASON_FRAG_TOO_FAR"
	case core + 69:
		return "SKB_DROP_REASON_TCP_MINTTL"
	case core + 70:
		return "SKB_DROP_REASON_IPV6_BAD_EXTHDR"
	case core + 71:
		return "SKB_DROP_REASON_IPV6_NDISC_FRAG"
	case core + 72:
		return "SKB_DROP_REASON_IPV6_NDISC_HOP_LIMIT"
	case core + 73:
		return "SKB_DROP_REASON_IPV6_NDISC_BAD_CODE"
	case core + 74:
		return "SKB_DROP_REASON_IPV6_NDISC_BAD_OPTIONS"
	case core + 75:
		return "SKB_DROP_REASON_IPV6_NDISC_NS_OTHERHOST"
	case core + 76:
		return "SKB_DROP_REASON_QUEUE_PURGE"
	case core + 77:
		return "SKB_DROP_REASON_TC_COOKIE_ERROR"
	case core + 78:
		return "SKB_DROP_REASON_PACKET_SOCK_ERROR"
	case core + 79:
		return "SKB_DROP_REASON_TC_CHAIN_NOTFOUND"
	case core + 80:
		return "SKB_DROP_REASON_TC_RECLASSIFY_LOOP"
	case ovs + 1:
		return "OVS_DROP_LAST_ACTION"
	case ovs + 2:
		return "OVS_DROP_ACTION_ERROR"
	case ovs + 3:
		return "OVS_DROP_EXPLICIT"
	case ovs + 4:
		return "OVS_DROP_EXPLICIT_WITH_ERROR"
	case ovs + 5:
		return "OVS_DROP_METER"
	case ovs + 6:
		return "OVS_DROP_RECURSION_LIMIT"
	case ovs + 7:
		return "OVS_DROP_DEFERRED_LIMIT"
	case ovs + 8:
		return "OVS_DROP_FRAG_L2_TOO_LONG"
	case ovs + 9:
		return "OVS_DROP_FRAG_INVALID_PROTO"
	case ovs + 10:
		return "OVS_DROP_CONNTRACK"
	case ovs + 11:
		return "OVS_DROP_IP_TTL"
	}
	return ""
}
