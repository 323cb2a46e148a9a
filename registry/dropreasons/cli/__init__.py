# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""The command line: one thin module a group of verbs, loaded only when its verb is used."""
