// SPDX-License-Identifier: GPL-2.0
/* Options, results, named cases, and the one way in which a test fails */
#include <getopt.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "kit.h"
#include "machine.h"

u64 seed;
unsigned long wanted;
bool only_cases;
unsigned long expectations, progress;

static const char *only;
static bool has_seed;
static const char *step_name;
static const unsigned long *steps;

/* The case that runs in this process */
static const struct test_case *running;
static bool apart;
static unsigned int number, places, bad;
/* Why the case that runs is skipped: also where that is another process */
static char *skipped;
#define SKIPPED_SIZE		128

void failed(const char *format, ...)
{
	va_list args;

	printf("# ");
	if (running)
		printf("%s: ", running->name);
	if (has_seed)
		printf("seed %llu, ", (unsigned long long)seed);
	if (steps)
		printf("%s %lu, ", step_name, *steps);
	printf("jiffy %lu, task %s: ", jiffies, task_name());
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
	if (running && !apart)
		kit_result(false, running->name);
	fflush(stdout);
	abort();
}

unsigned int no_chance(unsigned int n)
{
	return n - 1;
}

void kit_start(int argc, char **argv, const char *letters, const char *usage)
{
	int opt;

	has_seed = strchr(letters, 's') != NULL;
	seed = time(NULL);
	while ((opt = getopt(argc, argv, letters)) != -1) {
		switch (opt) {
		case 's':
			seed = strtoull(optarg, NULL, 0);
			break;
		case 'n':
			wanted = strtoul(optarg, NULL, 0);
			break;
		case 'c':
			only = optarg;
			only_cases = true;
			break;
		case 'S':
			only_cases = true;
			break;
		default:
			fprintf(stderr, "usage: %s\n", usage);
			exit(2);
		}
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (has_seed)
		printf("# seed %llu\n", (unsigned long long)seed);
}

void kit_steps(const char *name, const unsigned long *count)
{
	step_name = name;
	steps = count;
}

void *kit_share(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	BUG_ON(memory == MAP_FAILED);
	return memory;
}

void kit_result(bool passed, const char *name)
{
	bad += !passed;
	printf("%sok %u - %s\n", passed ? "" : "not ", ++number, name);
}

static void result_skipped(const char *name, const char *why)
{
	printf("ok %u - %s # SKIP %s\n", ++number, name, why);
}

void skip_case(const char *why)
{
	BUG_ON(strlen(why) >= SKIPPED_SIZE);
	strcpy(skipped, why);
}

static void run_here(const struct runner *how, const struct test_case *test,
		     unsigned int place)
{
	running = test;
	if (how->begin)
		how->begin(place);
	test->run();
	if (how->end)
		how->end();
	running = NULL;
}

/* The child ends with the parent, and so does a case that hangs */
static void run_in_child(const struct runner *how,
			 const struct test_case *test, unsigned int place)
{
	const struct itimerval limit = { .it_value.tv_sec = how->seconds };

	apart = true;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setitimer(ITIMER_PROF, &limit, NULL);
	/* It is known how this one ends: a report of it would be noise */
	if (test->crashes && !freopen("/dev/null", "w", stderr))
		failed("/dev/null: %s", strerror(errno));
	run_here(how, test, place);
	exit(0);
}

/* Returns how the child has ended, as waitpid() has it */
static int run_apart(const struct runner *how, const struct test_case *test,
		     unsigned int place)
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid < 0)
		failed("fork: %s", strerror(errno));
	if (!pid)
		run_in_child(how, test, place);
	if (waitpid(pid, &status, 0) != pid)
		failed("waitpid: %s", strerror(errno));
	return status;
}

void run_case(const struct runner *how, const struct test_case *test)
{
	unsigned int place = places++;
	bool hangs, crashes;
	int status = 0;

	if (only && strcmp(only, test->name))
		return;
	if (test->skip) {
		result_skipped(test->name, test->skip);
		return;
	}
	if (!skipped)
		skipped = kit_share(SKIPPED_SIZE);
	skipped[0] = 0;
	if (how->seconds)
		status = run_apart(how, test, place);
	else
		run_here(how, test, place);
	hangs = WIFSIGNALED(status) && WTERMSIG(status) == SIGPROF;
	crashes = status && !hangs &&
		  !(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	if (!status && skipped[0])
		result_skipped(test->name, skipped);
	else if (hangs && test->hangs)
		result_skipped(test->name, test->hangs);
	else if (crashes && test->crashes)
		result_skipped(test->name, test->crashes);
	else
		kit_result(!status, test->name);
	if (hangs && !test->hangs)
		printf("# it hangs\n");
}

void run_cases(const struct runner *how, const struct test_case *tests,
	       unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		run_case(how, &tests[i]);
}

int kit_end(void)
{
	printf("1..%u\n", number);
	if (!number)
		printf("# there is no case %s\n", only);
	return bad || !number ? 1 : 0;
}
