// SPDX-License-Identifier: GPL-2.0
/* Parameters as a test writes and reads them */
#include "kit.h"
#include "model.h"
#include "series.h"

int try_param(const struct param *param, const char *value)
{
	int err;

	model_control_begin();
	err = param->ops->set(value, &param->kp);
	model_control_end();
	return err;
}

void set_param(const struct param *param, const char *value)
{
	int err = try_param(param, value);

	if (err)
		failed("a parameter cannot be %s: error %d", value, err);
}

long get_param(const struct param *param)
{
	char text[32];

	expect(param->ops->get(text, &param->kp), strlen(text));
	return text[0] == 'Y' ? 1 : atol(text);
}
