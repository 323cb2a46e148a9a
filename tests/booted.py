# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Boots one of Debian's stock kernels under qemu, on the files of this machine."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from conftest import ROOT, require

SOURCES = ROOT / "build" / "kernel-sources"
_MODULES = Path("/lib/modules")
# One processor: switching a trace event on patches the kernel's text, and emulating several then hangs at times.
_OPTIONS = ("--disable-kvm", "--disable-microvm", "--cpus", "1", "--user", "root", "--memory", "1G")


def boot(line: str, script: str, out: Path) -> Path:
    """Run a shell script as root in a kernel of a line, such as 6.1.

    Args:
        line: the line whose image .ci/fetch-sources has brought.
        script: what to run; `{out}` in it stands for a folder that it may write to.
        out: that folder.

    Returns:
        The folder, with what the script has written.
    """
    images = list((SOURCES / "image" / "boot").glob(f"vmlinuz-{line}.*"))
    require(images, f"an image of {line}; run .ci/fetch-sources build/kernel-sources")
    require(os.geteuid() == 0, "root, to put the kernel's modules where modprobe looks")
    vng = Path(sys.executable).parent / "vng"
    for tool in (str(vng), "qemu-system-x86_64", "busybox", "depmod"):
        require(shutil.which(tool), f"{tool} (virtme-ng, and Debian's qemu-system-x86, busybox-static, kmod)")
    release = images[0].name.removeprefix("vmlinuz-")
    inside = out / "inside"
    inside.write_text(f"set -e\n{script.format(out=out)}touch {out}/done\nsync\n", encoding="utf-8")
    command = [str(vng), *_OPTIONS, f"--rwdir={out}", "--run", str(images[0]), "--", "sh", str(inside)]
    environment = {**os.environ, "PATH": f"{vng.parent}:{os.environ['PATH']}"}
    installed = _MODULES / release
    ours = not installed.exists()
    if ours:
        shutil.copytree(SOURCES / "image" / "lib" / "modules" / release, installed, symlinks=True)
        subprocess.run(["depmod", release], check=True)
    try:
        told = _run(command, environment)
    finally:
        if ours:
            shutil.rmtree(installed)
    assert (out / "done").is_file(), told
    return out


def _run(command: list[str], environment: dict[str, str]) -> str:
    """Run a command, for five minutes at the most, and return what it prints; nothing of it stays behind."""
    started = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    )
    try:
        return started.communicate(timeout=300)[0]
    except subprocess.TimeoutExpired:
        os.killpg(started.pid, signal.SIGKILL)
        return f"{started.communicate()[0]}\nended after 300 s"
