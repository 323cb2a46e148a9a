# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Builds the extension; what else there is to say stands in pyproject.toml."""

from setuptools import Extension, setup

setup(ext_modules=[Extension("dropreasons_fast", ["dropreasons_fast.c"], extra_compile_args=["-Wall", "-Wextra"])])
