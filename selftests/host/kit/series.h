/* SPDX-License-Identifier: GPL-2.0 */
/* How a test gets at the series' code: what runs at boot, and the parameters */
#ifndef _SERIES_H
#define _SERIES_H

#include <linux/kernel.h>

int init_page_reporting_init(void);
int init_idle_compaction_init(void);
int init_cpu_use_init(void);
int init_cold_cache_init(void);

extern const struct param param_enabled, param_page_reporting_order,
	param_quarantined, param_backend;
extern const struct param param_threshold, param_last_run;
extern const struct param param_after, param_age;

/** try_param - write a parameter; marks may come and go meanwhile */
int try_param(const struct param *param, const char *value);

/** set_param - the same, which must not fail */
void set_param(const struct param *param, const char *value);

/** get_param - what a parameter reads as; that it is switched on is 1 */
long get_param(const struct param *param);

#endif
