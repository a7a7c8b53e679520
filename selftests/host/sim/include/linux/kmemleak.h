/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LINUX_KMEMLEAK_H
#define _LINUX_KMEMLEAK_H

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>

#define kmemleak_not_leak(ptr)	__lsan_ignore_object(ptr)
#else
#define kmemleak_not_leak(ptr)	((void)(ptr))
#endif

#endif /* _LINUX_KMEMLEAK_H */
