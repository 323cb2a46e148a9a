// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Understands kernel release strings in the browser, as registry/dropreasons/kernelrelease.py does.

const LONGEST_RELEASE = 100;
const EXAMPLES = "6.12.117, 6.1.0-47-amd64, 6.8.0-45-generic or 5.14.0-427.13.1.el9_4.x86_64";

// A release candidate comes before its release: 6.10-rc5 has the point -95, 6.10.0 the point 0.
const BEFORE_RELEASE = -100;

const HEAD = /^v?(\d{1,4})\.(\d{1,4})(?:\.(\d{1,6}))?(?:\.(\d{1,6}))?(?:-rc(\d{1,2}))?(?=[-+._]|$)/;
const ALLOWED = /^[A-Za-z0-9.+_~-]+$/;

// The longest first: a regular expression takes the first that fits.
const UBUNTU_FLAVOURS =
    "nvidia-lowlatency|nvidia-tegra|xilinx-zynqmp|allwinner|azure-fde|azure|aws|gcp|generic|gkeop|gke|hwe|ibm|intel|" +
    "iot|kvm|laptop|lowlatency|nvidia|oem|oracle|raspi|realtime|starfive|tegra";
const DEBIAN_FLAVOURS =
    "(?:cloud-|rt-)?(?:amd64|arm64|686-pae|686|armmp-lpae|armmp|riscv64|powerpc64le|s390x|marvell|rpi|octeon|" +
    "loongson-3|mips[\\w-]*|[45]kc-malta|16k)(?:-unsigned|-16k)?";
const DISTRIBUTIONS = [
    ["wsl2", /^-microsoft-standard(?:-WSL2)?\+?$/],
    ["rhel", /^-([\d.]+)\.el(\d+)(?:_(\d+))?(?:\..*|uek.*)?$/],
    ["amazon", /^-([\d.]+)\.(amzn\w+)(?:\..*)?$/],
    ["android", /^-android(\d+)(?:-(\d+))?(?:-.*)?$/],
    ["tencentos", /^-([\d.]+)(?:-tlinux|\.tl\d|\.tk\d|[-.]\d{4}(?:\.\d+)?$).*$/],
    ["openeuler", /^-([\d.]+)\.oe(\d+)\w*(?:\..*)?$/],
    ["kylin", /^-([\w.]+)\.ky(\d+)(?:\..*)?$/],
    ["fedora", /^-([\d.]+)\.fc(\d+)(?:\..*)?$/],
    ["proxmox", /^-(\d+)-pve$/],
    ["arch", /^[-.]arch(\d+)(?:-\d+)?$/],
    ["suse", /^-([\d.]+)-(?:default|azure|rt|kvmsmall|64kb|preempt|longterm|vanilla|pae)$/],
    ["ubuntu", new RegExp(`^-(\\d+)-(${UBUNTU_FLAVOURS})(?:-64k)?$`)],
    ["debian", new RegExp(`^(?:-([\\d.]*deb[\\w.]*|\\d+)|\\+(?:deb|bpo)[\\w.+]*|)(?:-${DEBIAN_FLAVOURS})$`)],
    ["debian", /^\+deb\d+[\w.+]*$/],
];

/** A text that is no kernel release string. */
export class NotARelease extends Error {
    name = "NotARelease";
}

/** Takes a release string apart: its text, family, version, line, flavour and point; throws NotARelease. */
export function parseRelease(text) {
    const characters = Array.from(text);
    const head = characters.length <= LONGEST_RELEASE && ALLOWED.test(text) ? HEAD.exec(text) : null;
    if (head === null) {
        const cut = characters.slice(0, LONGEST_RELEASE).join("");
        const shown = characters.length <= LONGEST_RELEASE ? text : `${cut}...`;
        throw new NotARelease(`${quoted(shown)} is not a kernel release; expected something like ${EXAMPLES}`);
    }
    const [major, minor, patch, fourth, candidate] = head.slice(1).map((part) => (part ? Number(part) : null));
    const version = [major, minor, patch ?? 0];
    const rest = text.slice(head[0].length);
    if (!rest) {
        return upstream(text, version, patch, fourth, candidate);
    }
    for (const [family, pattern] of DISTRIBUTIONS) {
        const found = pattern.exec(rest);
        if (found) {
            return {text, family, version, ...place(family, found, version, fourth, rest)};
        }
    }
    const family = /^-\d+$/.test(rest) ? "unnamed" : "local";
    return {text, family, version, line: upstreamLine({version}), flavour: rest, point: [version[2]]};
}

/** Returns the upstream line a kernel was made from, such as 6.12. */
export function upstreamLine({version}) {
    return `${version[0]}.${version[1]}`;
}

/** Returns a text in quotes, as Python's repr writes it in its messages. */
export function quoted(text) {
    const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
    return quote + Array.from(text, (character) => escaped(character, quote)).join("") + quote;
}

function escaped(character, quote) {
    const short = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", [quote]: `\\${quote}`};
    if (Object.hasOwn(short, character)) {
        return short[character];
    }
    if (character === " " || !/[\p{C}\p{Z}]/u.test(character)) {
        return character;
    }
    const code = character.codePointAt(0);
    const [letter, digits] = code <= 0xff ? ["x", 2] : code <= 0xffff ? ["u", 4] : ["U", 8];
    return `\\${letter}${code.toString(16).padStart(digits, "0")}`;
}

/** Places a release without a suffix. */
function upstream(text, version, patch, fourth, candidate) {
    const kernel = {text, family: "upstream", version, line: upstreamLine({version}), flavour: ""};
    if (fourth !== null) {
        return {...kernel, family: "local", flavour: `.${fourth}`, point: [version[2], fourth]};
    }
    if (candidate !== null) {
        return {...kernel, point: [BEFORE_RELEASE + candidate]};
    }
    return {...kernel, point: patch === null ? [] : [patch]};
}

/** Says which line of its distribution a kernel is of, its flavour, and its point in that line. */
function place(family, found, version, fourth, rest) {
    const line = upstreamLine({version});
    const base = `${line}.${version[2]}`;
    if (family === "ubuntu") {
        return {line: base, flavour: found[2], point: [Number(found[1])]};
    }
    if (family === "debian" && found[1] && /^\d+$/.test(found[1])) {
        return {line: base, flavour: "", point: [Number(found[1])]};
    }
    if (family === "debian") {
        return {line, flavour: "", point: [version[2], ...numbers(rest.split("-")[0])]};
    }
    if (family === "rhel") {
        return {line: `el${found[2]}${found[3] ? `_${found[3]}` : ""}`, flavour: "", point: numbers(found[1])};
    }
    if (family === "wsl2") {
        return {line, flavour: "", point: [version[2], fourth ?? 0]};
    }
    const point = [version[2], ...numbers(found[1] ?? "")];
    return {line: family === "amazon" ? `${found[2]}-${line}` : line, flavour: "", point};
}

/** Returns the whole numbers in a text, in their order. */
function numbers(text) {
    return (text.match(/\d{1,9}/g) ?? []).map(Number);
}
