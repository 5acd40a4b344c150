"""hardened.py UNIT DATA_DIR COMMAND...: runs the command as systemd would under the restrictions of the unit.

Start it as root, by way of `unshare --mount`, with /usr/bin/python3 and Debian's python3-seccomp. The command keeps the
user root, but has none of root's rights. Not here: the limits on memory, and what would only hide more files.
"""

import ctypes
import errno
import os
import re
import subprocess
import sys
from contextlib import suppress
from mmap import PROT_EXEC, PROT_WRITE
from pathlib import Path

import seccomp

PROJECT = Path(__file__).resolve().parents[2]
MOUNTS = """
project=$1 data=$2
mkdir -p "$data"
mount --bind /tmp /tmp
while read -r _ _ _ _ point _; do
    case $point in /proc* | /sys* | /dev* | /tmp*) ;; *) mount -o remount,bind,ro "$point" ;; esac
done </proc/self/mountinfo
mount --bind "$project" "$project"
mount -o remount,bind,ro "$project"
mount --bind "$data" "$data"
mount -o remount,bind,rw "$data"
for home in /home /root /run/user; do
    case "$project $data $(readlink -f "$project/.venv/bin/python")" in
    *"$home/"*) ;; # the test itself is in there
    *) [ ! -d $home ] || mount -t tmpfs -o ro,mode=000 none $home ;;
    esac
done
dev=$(mktemp -d)
mount -t tmpfs -o mode=755 none "$dev"
for name in null zero full random urandom tty; do
    touch "$dev/$name"
    mount --bind "/dev/$name" "$dev/$name"
done
mkdir "$dev/shm"
mount --bind /dev/shm "$dev/shm"
ln -s /proc/self/fd "$dev/fd"
mount --no-mtab --move "$dev" /dev
rmdir "$dev"
mount -t proc -o hidepid=invisible,subset=pid none /proc
"""
PR_CAPBSET_DROP = 24
CAPABILITIES = 64  # there are fewer
CLONE_NEW = (0x80, 0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000)
SHM_EXEC = 0o100000
FAMILIES = 46  # of Linux 6
AF = {"AF_UNIX": 1, "AF_INET": 2, "AF_INET6": 10, "AF_NETLINK": 16}


def main(unit: str, data_dir: str, *command: str) -> None:
    lines = re.findall(r"^(\w+)=(.*)$", Path(unit).read_text(), re.M)
    service = {name: [value for of, value in lines if of == name] for name, _ in lines}
    assert service["CapabilityBoundingSet"] == [""]
    assert service["ProtectSystem"] == ["strict"]
    subprocess.run(["sh", "-euc", MOUNTS, "sh", PROJECT, data_dir], check=True)
    os.umask(int(service["UMask"][0], 8))
    forbid(service)
    allow_only(service["SystemCallFilter"])
    drop_capabilities()
    os.chdir("/")
    os.execvp(command[0], command)


def drop_capabilities() -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    for number in range(CAPABILITIES):
        libc.prctl(PR_CAPBSET_DROP, number, 0, 0, 0)


def allow_only(lines: list[str]) -> None:
    """Forbid all system calls but those of the lines SystemCallFilter=."""
    groups = listed()
    allowed = set()
    for line in lines:
        for word in line.lstrip("~").split():
            allowed = allowed - calls(word, groups) if line[0] == "~" else allowed | calls(word, groups)
    rules = seccomp.SyscallFilter(seccomp.ERRNO(errno.EPERM))
    for name in allowed | calls("@default", groups):
        with suppress(RuntimeError):  # this machine has no such call
            rules.add_rule(seccomp.ALLOW, name)
    rules.load()


def listed() -> dict[str, list[str]]:
    """Return what systemd has in each group: system calls, and other groups."""
    command = ["systemd-analyze", "syscall-filter", "--no-pager"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    blocks = re.findall(r"^(@\S+)\n((?:    .*\n)*)", printed, re.M)
    return {name: re.findall(r"^    ([^\s#].*)", block, re.M) for name, block in blocks}


def calls(word: str, groups: dict[str, list[str]]) -> set[str]:
    """Return the system calls of a group, or the one that is no group."""
    return set().union(*(calls(name, groups) for name in groups[word])) if word[0] == "@" else {word}


def forbid(service: dict[str, list[str]]) -> None:
    """Forbid what the other lines of the unit do: some arguments of system calls that are allowed."""
    rules = seccomp.SyscallFilter(seccomp.ALLOW)
    families = {AF[word] for line in service["RestrictAddressFamilies"] for word in line.split()}
    for family in {*range(FAMILIES)} - families:
        rules.add_rule(seccomp.ERRNO(errno.EAFNOSUPPORT), "socket", seccomp.Arg(0, seccomp.EQ, family))
    denied = seccomp.ERRNO(errno.EPERM)
    if service["MemoryDenyWriteExecute"] == ["yes"]:
        both = PROT_WRITE | PROT_EXEC
        rules.add_rule(denied, "mmap", seccomp.Arg(2, seccomp.MASKED_EQ, both, both))
        rules.add_rule(denied, "mprotect", seccomp.Arg(2, seccomp.MASKED_EQ, PROT_EXEC, PROT_EXEC))
        rules.add_rule(denied, "pkey_mprotect", seccomp.Arg(2, seccomp.MASKED_EQ, PROT_EXEC, PROT_EXEC))
        rules.add_rule(denied, "shmat", seccomp.Arg(2, seccomp.MASKED_EQ, SHM_EXEC, SHM_EXEC))
    if service["RestrictNamespaces"] == ["yes"]:
        rules.add_rule(denied, "unshare")
        rules.add_rule(denied, "setns")
        rules.add_rule(seccomp.ERRNO(errno.ENOSYS), "clone3")  # its flags are out of a filter's reach
        for flag in CLONE_NEW:
            rules.add_rule(denied, "clone", seccomp.Arg(0, seccomp.MASKED_EQ, flag, flag))
    rules.load()


if __name__ == "__main__":
    main(*sys.argv[1:])
