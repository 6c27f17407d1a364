"""Time and memory of reading and writing FCS: 1,000,000 invented events x 50 channels, float32."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import flowio
import numpy as np
from numpy.typing import NDArray

from cartwise.cytometry import read_fcs, write_fcs

EVENTS, CHANNELS, REPEATS = 1_000_000, 50, 5
NAMES = [f"Invented{n}Di" for n in range(CHANNELS)]
FloatArray = NDArray[np.float32]


def best_of(work: Callable[[], object], repeats: int = REPEATS) -> float:
    """Shortest of several runs, seconds."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def ours(path: Path) -> FloatArray:
    return read_fcs(path).values


def by_numpy(path: Path) -> FloatArray:
    """The floor: the bytes of the DATA into memory, nothing looked at."""
    return np.fromfile(path, "<f4", EVENTS * CHANNELS, offset=path.stat().st_size - EVENTS * CHANNELS * 4)


def by_flowio(path: Path) -> NDArray[np.float64]:
    return flowio.FlowData(path).as_array(preprocess=False)


def big_endian(path: Path) -> Path:
    """The same file in the other byte order, which must be converted."""
    raw = path.read_bytes()
    start = len(raw) - EVENTS * CHANNELS * 4
    other = path.with_name("big.fcs")
    swapped = np.frombuffer(raw, "<f4", offset=start).byteswap().tobytes()
    other.write_bytes(raw[:start].replace(b"1,2,3,4", b"4,3,2,1") + swapped)
    return other


READERS = {"read_fcs": ours, "numpy.fromfile": by_numpy, "FlowIO as_array": by_flowio}


def peak_bytes(reader: str, path: Path) -> int:
    """What reading and summing adds to the peak memory of a process of its own (mapped pages count)."""
    code = f"from benchmarks.fcs import report_peak; report_peak({reader!r}, {str(path)!r})"
    return int(subprocess.run([sys.executable, "-c", code], check=True, capture_output=True).stdout)


def report_peak(reader: str, path: str) -> None:
    """Print the bytes that one read adds to this process."""
    before = peak_so_far()
    READERS[reader](Path(path)).sum(axis=0)
    print(peak_so_far() - before)


def peak_so_far() -> int:
    """Linux keeps `VmHWM` for the program itself; `ru_maxrss` would count the parent's memory too."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


def main() -> None:
    """Print times, their ratios to the others, and the memory in sizes of the file; the targets stand beside them."""
    values = np.random.default_rng(1).gamma(2.0, 50.0, (EVENTS, CHANNELS)).astype(np.float32)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "invented.fcs"
        writing = best_of(lambda: write_fcs(path, values, NAMES), 2)
        print(
            f"{EVENTS:,} x {CHANNELS}, {path.stat().st_size / 1e6:.0f} MB, written in {writing:.2f} s; read by:"
        )
        seconds = {name: report(name, path) for name in READERS}
        report("read_fcs", big_endian(path), ", big endian")
    for other in ("numpy.fromfile", "FlowIO as_array"):
        print(f"  read_fcs takes {seconds['read_fcs'] / seconds[other]:.2f} x the time of {other}")
    print("  targets of read_fcs: under 0.15 s, at most 1.3 x the file in memory")


def report(name: str, path: Path, remark: str = "") -> float:
    """One line for one reader; its seconds."""
    seconds = best_of(lambda: READERS[name](path))
    memory = peak_bytes(name, path) / path.stat().st_size
    print(f"  {name + remark:<24} {seconds * 1e3:6.0f} ms, {memory:.2f} x the file in memory")
    return seconds


if __name__ == "__main__":
    main()
