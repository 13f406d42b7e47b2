// SPDX-License-Identifier: GPL-2.0-or-later
/* psci.c - PSCI (DEN 0022 F) by HVC. */
#include "lib/guest.h"
#include "lib/psci.h"

CASE(psci, version)
{
	expect("PSCI_VERSION", call(PSCI_VERSION, 0, 0, 0), 0x10001);
}
