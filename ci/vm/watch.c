// SPDX-License-Identifier: GPL-2.0
/*
 * watch - run a VM and note, on one clock, what its guest says and how much
 * host memory it takes.
 *
 * The VM is a child with four descriptors that lead here: 3 is its console,
 * 4 its control port, 5 the VMM's monitor, 2 what the VMM itself says (its trace
 * of discards among it).  The memory is the resident size of the mappings that are
 * as large as the guest's RAM, or as the share of it that each of its nodes has:
 * the guest's memory, not the VMM's heap or code cache.  A page that the host has
 * merged with others (KSM) counts in part, so that all parts are one page.  Of RAM in a
 * shared file it is what the file takes: a page may be there and not be mapped.
 *
 * A guest asks on the control port to be told when its host memory has come
 * to rest: "@settle MIN MAX FLAT" is answered by "go" once FLAT seconds have
 * passed without a change worth the name, not before MIN and not after MAX seconds.
 * "@await" is answered so once the file of -w is there: guests of one host end together.
 * "@spent NAME" notes what the VM has cost so far: minor faults, and seconds of CPU time
 * as a user and in the host's kernel.
 * "@monitor COMMAND; ..." goes on to the monitor: a guest that is tested has its
 * balloon inflated when that hurts most.  A command that stops the guest stands in
 * one line with those that follow: the guest may not come to say another one.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SAMPLE_MS	50	/* 20 Hz */
#define CALM_MIB	3.0	/* less is rest: one page block, now and then */
#define POWEROFF_S	20.0	/* from the guest's "@end" to its power-off */
#define NODES_MAX	8

enum { EXIT_BAD = 1, EXIT_USAGE = 2, EXIT_LATE = 124 };

enum { CONSOLE, CONTROL, VMM, MONITOR, PORTS };

struct port {
	int fd;
	FILE *log;
	size_t len;
	char line[4096];
};

static struct port ports[PORTS];
static FILE *memory_csv, *events;
static pid_t vm;
static double start, deadline;
static unsigned long ram_kib;		/* of one node */
static unsigned int nodes = 1, found;
static unsigned long ram_from[NODES_MAX];	/* addresses of the RAM mappings */
static double host_mib;
static unsigned long long discarded;	/* bytes */
static double sampling_s;		/* spent in reading smaps */
static unsigned long samples;
static char phase[64] = "boot";
static const char *until, *awaited;
static bool awaiting;			/* the guest, that file */
static bool seen_until, seen_end, seen_ram;

static struct {
	bool on;
	double asked, least, most, flat;
	double since, level;		/* at rest since, and at which size */
	unsigned long long discarded;
} settle;

static volatile sig_atomic_t stop;

static void on_signal(int sig)
{
	stop = sig;
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9 - start;
}

__attribute__((format(printf, 2, 3), noreturn))
static void leave(int code, const char *fmt, ...)
{
	va_list ap;

	fputs("watch: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	if (vm > 0) {
		kill(vm, SIGKILL);
		waitpid(vm, NULL, 0);
	}
	exit(code);
}

static FILE *create(const char *dir, const char *name)
{
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "we");
	if (!f)
		leave(EXIT_USAGE, "cannot write %s: %s", path, strerror(errno));
	return f;
}

/* KiB that a file takes of which the VM has a descriptor, -1: it has none */
static long file_kib(dev_t dev, ino_t ino)
{
	struct dirent *entry;
	struct stat st;
	char path[64];
	long kib = -1;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/fd", vm);
	dir = opendir(path);
	while (dir && kib < 0 && (entry = readdir(dir)))
		if (!fstatat(dirfd(dir), entry->d_name, &st, 0) &&
		    st.st_dev == dev && st.st_ino == ino)
			kib = st.st_blocks / 2;
	if (dir)
		closedir(dir);
	return kib;
}

/* Whether this is (a part of) RAM; its mappings are known by their size */
static bool is_ram(unsigned long from, unsigned long to)
{
	unsigned int i;

	for (i = 0; i < found; i++)
		if (from >= ram_from[i] && to <= ram_from[i] + ram_kib * 1024)
			return true;
	if (found == nodes || (to - from) / 1024 != ram_kib)
		return false;
	ram_from[found++] = from;
	return true;
}

/*
 * Resident KiB of the RAM, -1 while there is none.  Reading stops behind it: what
 * follows would only cost time.
 */
static long resident(void)
{
	unsigned long from, to, offset, inode, size = 0;
	unsigned int major, minor;
	bool inside = false;
	char path[64], line[512], shared;
	long kib = 0, part;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/smaps", vm);
	f = fopen(path, "re");
	if (!f)
		return -1;
	while (fgets(line, sizeof(line), f)) {
		if (line[0] >= 'a' || (line[0] >= '0' && line[0] <= '9')) {
			if (size == nodes * ram_kib)
				break;
			if (sscanf(line, "%lx-%lx %*3c%c %lx %x:%x %lu", &from, &to, &shared,
				   &offset, &major, &minor, &inode) != 7)
				continue;
			inside = is_ram(from, to);
			if (!inside)
				continue;
			size += (to - from) / 1024;
			if (shared == 's') {
				/* All of the file counts with the first part of it */
				inside = false;
				part = offset ? 0 : file_kib(makedev(major, minor), inode);
				if (part > 0)
					kib += part;
			}
		} else if (inside && sscanf(line, "Pss: %ld kB", &part) == 1) {
			kib += part;
		}
	}
	fclose(f);
	return size ? kib : -1;
}

static void answer(void)
{
	if (write(ports[CONTROL].fd, "go\n", 3) != 3)
		leave(EXIT_BAD, "the guest's control port is closed");
}

static void answer_settle(double t)
{
	if (!settle.on)
		return;
	if (host_mib > settle.level + CALM_MIB || host_mib < settle.level - CALM_MIB ||
	    (discarded - settle.discarded) / 1048576.0 > CALM_MIB) {
		settle.level = host_mib;
		settle.discarded = discarded;
		settle.since = t;
	}
	if (t - settle.asked < settle.most &&
	    (t - settle.asked < settle.least || t - settle.since < settle.flat))
		return;
	settle.on = false;
	answer();
}

static void answer_await(void)
{
	if (!awaiting || access(awaited, F_OK))
		return;
	awaiting = false;
	answer();
}

static void sample(void)
{
	double before = now(), t;
	long kib = resident();

	t = now();
	if (kib < 0)
		return;
	sampling_s += t - before;
	samples++;
	seen_ram = true;
	host_mib = kib / 1024.0;
	fprintf(memory_csv, "%.3f,%.2f,%.2f,%s\n", t, host_mib, discarded / 1048576.0, phase);
	answer_settle(t);
	answer_await();
}

/* What the VM has cost, after the line that asks for it */
static void note_spent(double t, const char *line)
{
	unsigned long faults, user, kernel;
	char path[64], stat[1024] = "";
	const char *rest;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", vm);
	f = fopen(path, "re");
	if (f && !fgets(stat, sizeof(stat), f))
		*stat = '\0';
	if (f)
		fclose(f);
	rest = strrchr(stat, ')');
	if (!rest || sscanf(rest, ") %*c %*d %*d %*d %*d %*d %*u %lu %*u %*u %*u %lu %lu",
			    &faults, &user, &kernel) != 3)
		leave(EXIT_BAD, "%s cannot be read", path);
	fprintf(events, "%.3f %.2f %.2f %s %lu %.2f %.2f\n", t, host_mib,
		discarded / 1048576.0, line, faults, (double)user / sysconf(_SC_CLK_TCK),
		(double)kernel / sysconf(_SC_CLK_TCK));
}

static void tell_monitor(const char *commands)
{
	int length;

	for (; *commands; commands += length + !!commands[length]) {
		length = strcspn(commands, ";");
		if (dprintf(ports[MONITOR].fd, "%.*s\n", length, commands) < 0)
			leave(EXIT_BAD, "the VM's monitor is closed");
	}
}

static void control_line(double t, const char *line)
{
	if (line[0] != '@')
		return;
	if (!strncmp(line, "@mark ", 6)) {
		/* The sample at a mark belongs to the phase that ends there. */
		sample();
		snprintf(phase, sizeof(phase), "%.63s", line + 6);
		phase[strcspn(phase, " ")] = '\0';
	} else if (sscanf(line, "@settle %lf %lf %lf", &settle.least, &settle.most,
			  &settle.flat) == 3) {
		settle.on = true;
		settle.asked = settle.since = t;
		settle.level = host_mib;
		settle.discarded = discarded;
	} else if (!strcmp(line, "@await")) {
		if (!awaited)
			leave(EXIT_USAGE, "the guest awaits a file, and there is no -w FILE");
		awaiting = true;
	} else if (!strncmp(line, "@spent ", 7)) {
		note_spent(t, line);
		return;
	} else if (!strncmp(line, "@monitor ", 9)) {
		tell_monitor(line + 9);
	} else if (!strncmp(line, "@bad ", 5)) {
		leave(EXIT_BAD, "the guest found: %s", line + 5);
	} else if (!strcmp(line, "@end")) {
		seen_end = true;
		if (deadline > t + POWEROFF_S)
			deadline = t + POWEROFF_S;
	}
	fprintf(events, "%.3f %.2f %.2f %s\n", t, host_mib, discarded / 1048576.0, line);
}

static char vmm_said[256];		/* last, and so most likely why it ended */

static void vmm_line(const char *line)
{
	const char *event = strstr(line, "ram_block_discard_");
	unsigned long length;

	if (event && sscanf(event, "%*s %*[^@]@%*[^+]+ %lx", &length) == 1)
		discarded += length;
	if (event)
		return;
	fprintf(ports[VMM].log, "%s\n", line);
	snprintf(vmm_said, sizeof(vmm_said), "%.255s", line);
}

static void finish_line(struct port *p, int which)
{
	double t = now();

	p->line[p->len] = '\0';
	p->len = 0;
	if (which == VMM) {
		vmm_line(p->line);
		return;
	}
	fprintf(p->log, "[%9.3f] %s%s\n", t, which == CONTROL ? "> " : "", p->line);
	if (until && strstr(p->line, until))
		seen_until = true;
	if (which == CONTROL)
		control_line(t, p->line);
}

static void take_input(int which)
{
	struct port *p = &ports[which];
	char buf[4096];
	ssize_t n, i;

	n = read(p->fd, buf, sizeof(buf));
	if (n <= 0) {
		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			return;
		close(p->fd);
		p->fd = -1;
		return;
	}
	/* What the monitor says is an echo of what it was told */
	if (which == MONITOR)
		return;
	for (i = 0; i < n; i++) {
		if (buf[i] == '\n' || p->len == sizeof(p->line) - 1)
			finish_line(p, which);
		if (buf[i] != '\n' && buf[i] != '\r')
			p->line[p->len++] = buf[i];
	}
}

static void spawn(char **argv)
{
	int con[2], ctl[2], mon[2], err[2];
	pid_t self = getpid();

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, con) ||
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ctl) ||
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, mon) ||
	    pipe2(err, O_CLOEXEC))
		leave(EXIT_BAD, "cannot make a channel to the VM: %s", strerror(errno));
	vm = fork();
	if (vm < 0)
		leave(EXIT_BAD, "cannot start the VM: %s", strerror(errno));
	if (!vm) {
		int null = open("/dev/null", O_RDWR | O_CLOEXEC);
		/* Out of the way of 3 to 5 before these are overwritten. */
		int a = fcntl(con[1], F_DUPFD_CLOEXEC, 10);
		int b = fcntl(ctl[1], F_DUPFD_CLOEXEC, 10);
		int c = fcntl(mon[1], F_DUPFD_CLOEXEC, 10);
		int d = fcntl(err[1], F_DUPFD_CLOEXEC, 10);

		/* The VM never outlives this program. */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != self)
			_exit(127);
		signal(SIGINT, SIG_IGN);
		dup2(null, 0);
		dup2(null, 1);
		dup2(d, 2);
		dup2(a, 3);
		dup2(b, 4);
		dup2(c, 5);
		execvp(argv[0], argv);
		dprintf(2, "cannot run %s: %s\n", argv[0], strerror(errno));
		_exit(127);
	}
	close(con[1]);
	close(ctl[1]);
	close(mon[1]);
	close(err[1]);
	ports[CONSOLE].fd = con[0];
	ports[CONTROL].fd = ctl[0];
	ports[VMM].fd = err[0];
	ports[MONITOR].fd = mon[0];
}

/* Until the VM is gone, has said what was waited for, or its time is up. */
static void follow(void)
{
	double next = now(), t;
	struct pollfd pfd[PORTS];
	int i, wait_ms;

	while (ports[CONSOLE].fd >= 0 || ports[VMM].fd >= 0) {
		for (i = 0; i < PORTS; i++) {
			pfd[i].fd = ports[i].fd;
			pfd[i].events = POLLIN;
			pfd[i].revents = 0;
		}
		t = now();
		wait_ms = next > t ? (int)((next - t) * 1000) + 1 : 0;
		if (poll(pfd, PORTS, wait_ms) < 0 && errno != EINTR)
			leave(EXIT_BAD, "poll: %s", strerror(errno));
		for (i = 0; i < PORTS; i++)
			if (pfd[i].revents)
				take_input(i);
		if (stop)
			leave(128 + stop, "stopped by signal %d", stop);
		t = now();
		if (seen_until)
			return;
		if (t > deadline) {
			if (seen_end)
				leave(EXIT_LATE, "the guest did not power off within %.0f s",
				      POWEROFF_S);
			leave(EXIT_LATE, "the guest was still in '%s' at its time limit of %.0f s",
			      phase, deadline);
		}
		if (t < next)
			continue;
		if (ram_kib)
			sample();
		/* A sample that came late is not made up for. */
		next += SAMPLE_MS / 1000.0;
		if (next < t)
			next = t + SAMPLE_MS / 1000.0;
	}
}

int main(int argc, char **argv)
{
	const char *dir = ".";
	int opt, status, i;

	deadline = 60;
	while ((opt = getopt(argc, argv, "+o:m:n:t:u:w:")) != -1) {
		switch (opt) {
		case 'o':
			dir = optarg;
			break;
		case 'm':
			ram_kib = strtoul(optarg, NULL, 10) * 1024;
			break;
		case 'n':
			nodes = strtoul(optarg, NULL, 10);
			break;
		case 't':
			deadline = strtod(optarg, NULL);
			break;
		case 'u':
			until = optarg;
			break;
		case 'w':
			awaited = optarg;
			break;
		default:
			optind = argc;
		}
	}
	if (optind >= argc || nodes < 1 || nodes > NODES_MAX)
		leave(EXIT_USAGE,
		      "usage: watch [-o DIR] [-m RAM_MIB] [-n NODES] [-t SECONDS] [-u TEXT] [-w FILE] -- VM ARGUMENT...");
	ram_kib /= nodes;

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	signal(SIGHUP, on_signal);

	start = now();
	ports[CONSOLE].log = create(dir, "console.log");
	ports[CONTROL].log = ports[CONSOLE].log;
	ports[VMM].log = create(dir, "vmm.log");
	events = create(dir, "events");
	setlinebuf(events);
	/* For whoever adds what several of these have noted */
	fprintf(events, "0.000 0.00 0.00 @clock %.3f\n", start);
	memory_csv = create(dir, "memory.csv");
	fputs("t_s,host_MiB,discarded_MiB,phase\n", memory_csv);
	for (i = 0; i < PORTS; i++)
		if (ports[i].log)
			setlinebuf(ports[i].log);

	spawn(&argv[optind]);
	fprintf(events, "0.000 0.00 0.00 @vm %d\n", vm);
	follow();
	if (seen_until) {
		kill(vm, SIGKILL);
		waitpid(vm, NULL, 0);
		return 0;
	}
	if (waitpid(vm, &status, 0) == vm)
		vm = 0;
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		leave(EXIT_BAD, "the VM failed: %s", *vmm_said ? vmm_said : "it said nothing");
	if (until)
		leave(EXIT_BAD, "the guest stopped before it said '%s', see %s/console.log",
		      until, dir);
	if (ram_kib && !seen_ram)
		leave(EXIT_BAD, "the VM has no mapping of %lu MiB, the size of its RAM",
		      ram_kib / 1024);
	if (samples)
		fprintf(events, "%.3f %.2f %.2f @sampling n=%lu mean_ms=%.3f\n", now(), host_mib,
			discarded / 1048576.0, samples, sampling_s / samples * 1000);
	return 0;
}
