"""Where to compute and in which precision: the one place that decides, for CPU, CUDA and Apple's MPS."""

import ctypes
import logging
import os
import platform
import sys
from pathlib import Path

import torch

log = logging.getLogger(__name__)

M_TRIM_THRESHOLD, M_TOP_PAD, M_MMAP_MAX = -1, -2, -4  # glibc's malloc.h
MADV_HUGEPAGE, HUGE_PAGE = 14, 2 << 20  # Linux's mman.h; bytes
RESERVED = 1536 << 20  # bytes; glibc gives back what is freed at the heap's end from 2 GB on
SMALL = 8 << 30  # bytes of main memory, the least that people have
NICE = 5  # steps by which work stands back: a third of the time of what is drawn meanwhile


def choose_device(wish: str = "") -> torch.device:
    """The device asked for, else CUDA, else MPS, else the CPU; raises ValueError if the wish is not there.

    On CUDA float32 then means float32, and the same input gives the same bits (:func:`_same_bits`).
    """
    device = _chosen(wish)
    if device.type == "cuda":
        _same_bits()
    return device


def has_device(name: str) -> bool:
    """Whether this machine has a device of this name."""
    try:
        _chosen(name)
    except ValueError:
        return False
    return True


def _chosen(wish: str) -> torch.device:
    if wish:
        try:
            device = torch.device(wish)
        except RuntimeError:
            raise ValueError(f"There is no device {wish!r}; say cpu, cuda, cuda:1 or mps, or leave it out.") from None
        there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
        if not there.get(device.type, False):
            raise ValueError(f"This machine has no {device.type} device that torch can use; leave it out or say cpu.")
        if device.type == "cuda" and (device.index or 0) >= torch.cuda.device_count():
            raise ValueError(f"This machine has {torch.cuda.device_count()} CUDA devices, counted from 0; no {wish}.")
        return device
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


def _same_bits() -> None:
    """Keeps CUDA from rounding float32 products to TensorFloat-32 and from adding up in whatever order comes first.

    Where torch has only an operator whose order is left to chance, it warns, once.
    """
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # read when cuBLAS is first used
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.deterministic = True
    torch.use_deterministic_algorithms(True, warn_only=True)
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]  # nothing here reads what it did not write


def stand_back() -> None:
    """Gives way to a hand that drags meanwhile: one core is left alone, and the others are given up when asked for."""
    torch.set_num_threads(max(1, torch.get_num_threads() - 1))
    if hasattr(os, "nice"):
        os.nice(NICE)


def has_amx() -> bool:
    """True where the CPU multiplies bf16 matrices in tiles (7–9 times float32)."""
    return bool(torch.cpu._is_amx_tile_supported())


def has_fast_bfloat16() -> bool:
    """True where the CPU computes bf16 in hardware: AMX tiles, or AVX-512's bf16 dot product (about twice float32)."""
    return has_amx() or bool(torch.cpu._is_avx512_bf16_supported())


def training_dtype(device: torch.device) -> torch.dtype:
    """The precision of activations and convolutions in training; statistics and losses stay float32."""
    if device.type == "cpu":
        return torch.bfloat16 if has_fast_bfloat16() else torch.float32
    if device.type == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False):
        return torch.bfloat16
    return torch.float32


def draft_dtype(device: torch.device) -> torch.dtype:
    """The precision that draws while a hand moves: bf16 on CPUs that have it, half on a GPU, else float32."""
    if device.type == "cpu":
        return torch.bfloat16 if has_fast_bfloat16() else torch.float32
    return torch.float16


def describe(device: torch.device) -> str:
    """The device in words for a footer or a run's log: "CPU", "NVIDIA ...", "Apple GPU"."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return "Apple GPU" if device.type == "mps" else "CPU"


def keep_big_buffers() -> bool:
    """Keeps glibc from giving big buffers back to the system after each use (1.3–2× at 1024², notes-speed.md).

    Returns False, and changes nothing, on systems without glibc.
    """
    if not _has_glibc():
        return False
    mallopt = ctypes.CDLL(None).mallopt
    return all([mallopt(M_MMAP_MAX, 0), mallopt(M_TRIM_THRESHOLD, 2**31 - 1), mallopt(M_TOP_PAD, 256 << 20)])


def take_huge_pages() -> bool:
    """Has the next 1.5 GB of glibc's heap made of huge pages as they are used, so that big maps are found sooner.

    To be called after :func:`keep_big_buffers`. Returns False, and changes nothing, where the system has none to give.
    """
    if not _has_glibc():
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    libc.malloc.restype = libc.sbrk.restype = ctypes.c_void_p
    libc.malloc.argtypes, libc.free.argtypes, libc.sbrk.argtypes = [ctypes.c_size_t], [ctypes.c_void_p], [ctypes.c_long]
    libc.madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    begin = libc.sbrk(0)
    block = libc.malloc(RESERVED)  # addresses alone: nothing is written, and no memory taken
    end = libc.sbrk(0)
    libc.free(block)
    first = -(-begin // HUGE_PAGE) * HUGE_PAGE
    return bool(block) and end - first >= HUGE_PAGE and libc.madvise(first, end - first, MADV_HUGEPAGE) == 0


def give_back() -> None:
    """Gives back to the system what this process has freed, which :func:`keep_big_buffers` keeps; glibc and CUDA."""
    if torch.cuda.is_initialized():  # type: ignore[no-untyped-call]
        torch.cuda.empty_cache()
    if _has_glibc():
        ctypes.CDLL(None).malloc_trim(0)


def _has_glibc() -> bool:
    return sys.platform.startswith("linux") and platform.libc_ver()[0] == "glibc"


def all_memory(device: torch.device) -> int:
    """Bytes that there are in all where ``device`` computes; those of a small laptop where the system does not say."""
    if device.type == "cuda":
        return int(torch.cuda.get_device_properties(device).total_memory)
    return _main_memory() or SMALL


def _main_memory() -> int | None:
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return None


def available_memory(device: torch.device | None = None) -> int | None:
    """Bytes that can be had now, of a GPU's memory or else of main memory; None where the system does not say."""
    if device and device.type == "cuda":
        return torch.cuda.mem_get_info(device)[0]
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        found = next(line for line in lines if line.startswith("MemAvailable:"))
        return int(found.split()[1]) * 1024
    except (OSError, StopIteration, ValueError, IndexError):
        log.debug("This system has no /proc/meminfo to read the free memory from.")
    return _main_memory()


def wished_dtype(wish: str, device: torch.device) -> torch.dtype:
    """What a run's ``precision`` means on a device: :func:`training_dtype` for "auto", else the type it names."""
    if wish == "auto":
        return training_dtype(device)
    named: torch.dtype = getattr(torch, wish)
    return named
