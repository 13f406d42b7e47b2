// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_fs_session.c - a shared folder's device with a hostile daemon, or with events at a rare moment. This file
 * plays ring and daemon: the daemon answers at once.
 */
#include "dm_files.h"
#include "fs/answer.h"
#include "fs/device.h"
#include "fs/forget.h"
#include "fs/hide.h"
#include "fs/link.h"
#include "fs/repeat.h"
#include "fs/restore.h"
#include "fs/submit.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define RAM 0x40000000ull
#define RAM_BYTES 0x10000u
#define SIZE 16u
enum { DESC = 0, AVAIL = 0x400, USED = 0x800, ANSWERS = 0x4000 };

static _Alignas(4096) uint8_t ram[RAM_BYTES];
static const struct guest_memory memory = { ram, RAM, RAM_BYTES };
static struct endpoint endpoint;
static struct fs fs;
static int other_end, table_fd;
static uint32_t given_back[64]; /* indices that the daemon gave back and vimo-dm has not taken */
static unsigned int given_back_count, taken, asked[64];
static bool dead;            /* the daemon does not answer */
static int fails;            /* error of the next answer */
static const char *existing; /* the existing names, a letter each; NULL: each name exists */
static char path[] = "/tmp/test_fs_session.XXXXXX";
static void (*hostility)(uint32_t opcode); /* called once, before a request of vimo-dm itself is answered */

/* Of endpoint.c and vhost_user.c. */
int endpoint_attach(struct endpoint *to, const struct virtio_model *of, void (*show)(struct virtio_device *device),
		    struct error *err)
{
	(void)to;
	(void)of;
	(void)show;
	(void)err;
	return -1;
}

void endpoint_kick(struct endpoint *to, unsigned int queue)
{
	(void)to;
	(void)queue;
}

int vhost_user_open(int fd, uint64_t *features, struct error *err)
{
	(void)fd;
	(void)features;
	return error_set(err, ERROR_FAILED, "not here");
}

/* Of driver_ring.c. */
int driver_ring_open(struct driver_ring *ring, const struct guest_memory *of, size_t bytes, struct error *err)
{
	(void)err;
	ring->memory = of;
	ring->shared = aligned_alloc(4096, (bytes + 4095) & ~4095ul);
	return ring->shared ? 0 : -1;
}

void driver_ring_close(struct driver_ring *ring)
{
	free(ring->shared);
}

int driver_ring_start(struct driver_ring *ring, int socket, uint64_t features, uint32_t index, int memory_fd,
		      struct error *err)
{
	(void)ring;
	(void)socket;
	(void)features;
	(void)index;
	(void)memory_fd;
	return error_set(err, ERROR_FAILED, "not here");
}

void driver_chain_add_shared(const struct driver_ring *ring, struct driver_chain *chain, const void *at, size_t bytes,
			     bool writable)
{
	(void)ring;
	(void)chain;
	(void)at;
	(void)bytes;
	(void)writable;
}

bool driver_chain_add_guest(const struct driver_ring *ring, struct driver_chain *chain, const struct iovec *piece,
			    bool writable)
{
	(void)ring;
	(void)chain;
	(void)piece;
	(void)writable;
	return true;
}

void driver_ring_describe(struct driver_ring *ring, unsigned int index, const struct driver_chain *chain)
{
	(void)ring;
	(void)index;
	(void)chain;
}

bool driver_ring_take(struct driver_ring *ring, uint32_t *index)
{
	(void)ring;
	if (taken == given_back_count)
		return false;
	*index = given_back[taken++];
	return true;
}

/* The daemon gives @index back. */
static void reply(uint32_t index, int error, const void *answer, size_t bytes)
{
	struct fuse_out_header header = { .len = (uint32_t)(sizeof(header) + bytes),
					  .error = error,
					  .unique = index + 1 };

	memcpy(fs.shared->slot[index].answer, &header, sizeof(header));
	if (bytes)
		memcpy(fs.shared->slot[index].answer + sizeof(header), answer, bytes);
	given_back[given_back_count++] = index;
}

void driver_ring_publish(struct driver_ring *ring, unsigned int index)
{
	static const struct fuse_open_out file = { .fh = 3 };
	const struct fuse_entry_out entry = { .nodeid = 99, .attr = { .ino = 1099, .mode = S_IFREG } };
	const struct fuse_entry_out folder = { .nodeid = 77, .attr = { .ino = 1077, .mode = S_IFDIR } };
	const struct fuse_init_out init = { .major = FUSE_KERNEL_VERSION };
	const char *name = (const char *)fs.shared->slot[index].request + sizeof(struct fuse_in_header);
	void (*now)(uint32_t opcode) = hostility;
	struct fuse_in_header header;

	(void)ring;
	memcpy(&header, fs.shared->slot[index].request, sizeof(header));
	if (index != FS_OWN)
		return; /* a request of the guest: the test answers it */
	asked[header.opcode]++;
	hostility = NULL;
	if (now)
		now(header.opcode);
	if (dead)
		return;
	if (fails)
		reply(index, fails, NULL, 0);
	else if (header.opcode == FUSE_INIT)
		reply(index, 0, &init, sizeof(init));
	else if (header.opcode == FUSE_LOOKUP && existing && !strstr(existing, name))
		reply(index, -ENOENT, NULL, 0);
	else if (header.opcode == FUSE_LOOKUP && !strcmp(name, "directory"))
		reply(index, 0, &folder, sizeof(folder));
	else if (header.opcode == FUSE_LOOKUP || header.opcode == FUSE_LINK)
		reply(index, 0, &entry, sizeof(entry));
	else if (header.opcode == FUSE_MKDIR)
		reply(index, 0, &folder, sizeof(folder));
	else if (header.opcode == FUSE_OPEN)
		reply(index, 0, &file, sizeof(file));
	else
		reply(index, header.opcode == FUSE_RMDIR ? -ENOTEMPTY : 0, NULL, 0);
	fails = 0;
}

static int set_up(void **state)
{
	const struct virtqueue_layout layout = { RAM + DESC, RAM + AVAIL, RAM + USED, SIZE };
	struct error err;
	int ends[2];

	(void)state;
	memset(ram, 0, sizeof(ram));
	memset(asked, 0, sizeof(asked));
	memset(&fs, 0, sizeof(fs));
	given_back_count = taken = 0;
	hostility = NULL;
	dead = false;
	fails = 0;
	existing = NULL;
	endpoint.device.memory = &memory;
	endpoint.context = &fs;
	strcpy(path + strlen(path) - 6, "XXXXXX");
	table_fd = mkstemp(path);
	if (ftruncate(table_fd, DM_FOLDER_STATE_BYTES) || fs_nodes_open(&fs.nodes, table_fd, &err) ||
	    driver_ring_open(&fs.ring, &memory, sizeof(*fs.shared), &err) ||
	    socketpair(AF_UNIX, SOCK_STREAM, 0, ends) ||
	    !split_start(&endpoint.device.queue[FS_REQUESTS], &memory, &layout, false, NULL))
		return -1;
	fs.endpoint = &endpoint;
	fs.shared = (struct fs_shared *)(void *)fs.ring.shared;
	fs.slot = calloc(FS_SLOTS, sizeof(*fs.slot));
	fs.nodes.hidden = ".hidden";
	fs.socket = ends[0];
	other_end = ends[1];
	fs.ring.call = -1;
	fs.wake = fs.next = -1;
	fs.ready = true;
	return fs.slot ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	fs_nodes_close(&fs.nodes);
	close(table_fd);
	unlink(path);
	driver_ring_close(&fs.ring);
	if (fs.socket >= 0)
		close(fs.socket);
	close(other_end);
	free(fs.forget);
	free(fs.slot);
	return 0;
}

/* A slot as after taking a request from the guest's queue. */
static struct fs_slot *take(unsigned int index, uint32_t opcode, uint64_t node, const void *arguments, size_t bytes)
{
	struct fs_slot *slot = &fs.slot[index];
	struct fs_request *request = &slot->request;

	slot->used = true;
	slot->queue = FS_REQUESTS;
	slot->order = fs.order++;
	slot->chain = (struct virtqueue_chain){ .head = (uint16_t)index, .writable = 1 };
	slot->chain.iov[0] = (struct iovec){ ram + ANSWERS + index * 0x200, 0x200 };
	request->operation = fs_operation(opcode);
	request->header = (struct fuse_in_header){ .opcode = opcode, .nodeid = node, .unique = 1000 + index };
	request->room = 0x200;
	request->bytes = (uint32_t)bytes;
	memcpy(request->arguments, arguments, bytes);
	assert_int_equal(fs_check(request, 0), 0);
	fs.busy++;
	return slot;
}

/* Number of requests that the guest got back. */
static unsigned int answered(void)
{
	return split_used_index(&endpoint.device.queue[FS_REQUESTS]);
}

static struct fs_node *learn(uint64_t parent, const char *name, uint64_t daemon, uint32_t kind)
{
	const struct fuse_entry_out entry = { .nodeid = daemon, .attr = { .ino = 1000 + daemon, .mode = kind } };

	return fs_node_learn(&fs.nodes, parent, name, &entry);
}

static size_t create_arguments(uint8_t *to)
{
	const struct fuse_create_in in = { .flags = O_CREAT | O_RDWR };

	memcpy(to, &in, sizeof(in));
	strcpy((char *)to + sizeof(in), "file");
	return sizeof(in) + sizeof("file");
}

static void answer_the_first(uint32_t opcode)
{
	const struct {
		struct fuse_entry_out entry;
		struct fuse_open_out open;
	} made = { .entry = { .nodeid = 50, .attr = { .ino = 51, .mode = S_IFREG } } };

	(void)opcode;
	reply(0, 0, &made, sizeof(made));
}

/* A second answer to a request ends the connection. */
static void nothing_is_answered_twice(void **state)
{
	uint8_t arguments[100];

	(void)state;
	take(0, FUSE_CREATE, FUSE_ROOT_ID, arguments, create_arguments(arguments));
	fs_submit(&fs, 0);
	reply(0, -EEXIST, NULL, 0);
	assert_true(fs_take_answers(&fs));
	assert_int_equal(answered(), 0);
	assert_true(fs.slot[0].found);
	hostility = answer_the_first;
	assert_false(fs_open_existing(&fs, 0));
	assert_int_equal(answered(), 0);
	assert_int_equal(fs.busy, 1);
}

/* A request that only the previous daemon got is not answered by this one. */
static void nothing_is_answered_unasked(void **state)
{
	uint8_t arguments[100];
	struct fs_slot *slot;

	(void)state;
	slot = take(0, FUSE_CREATE, FUSE_ROOT_ID, arguments, create_arguments(arguments));
	fs_submit(&fs, 0);
	fs_disconnect(&fs);
	assert_true(slot->repeat);
	fs.socket = dup(other_end);
	hostility = answer_the_first;
	assert_false(fs_repeat(&fs, 0));
	assert_int_equal(answered(), 0);
	assert_int_equal(fs.busy, 1);
}

static void what_was_not_asked_is_no_answer(void **state)
{
	static const uint32_t indices[] = { 1, FS_SLOTS, FS_OWN, FS_OWN + 1, UINT32_MAX };

	(void)state;
	for (size_t n = 0; n < sizeof(indices) / sizeof(indices[0]); n++) {
		given_back[given_back_count++] = indices[n];
		assert_false(fs_take_answers(&fs));
	}
}

/* Make two open files with a hidden name only. Return: the handle of the second one. */
static uint64_t hide_two(void)
{
	const struct fs_node *folder = learn(FUSE_ROOT_ID, ".hidden", 2, S_IFDIR);
	uint64_t handle[2];

	for (unsigned int n = 0; n < 2; n++) {
		struct fs_node *node = learn(FUSE_ROOT_ID, n ? "b" : "a", 3 + n, S_IFREG);

		char name[FS_HIDDEN_BYTES];

		node->hidden = FS_HIDDEN;
		fs_node_hidden_name(node, name);
		fs_node_add_name(&fs.nodes, node, folder->id, name);
		fs_node_drop_name(&fs.nodes, FUSE_ROOT_ID, n ? "b" : "a");
		assert_int_equal(node->parent, folder->id);
		handle[n] = fs_handle_new(&fs.nodes, node->id, FUSE_OPEN, O_RDWR, n)->id;
	}
	fs_handle_free(&fs.nodes, fs_handle_find(&fs.nodes, handle[0]));
	assert_int_equal(fs.nodes.closed_count, 1);
	return handle[1];
}

static void close_the_second(uint32_t opcode)
{
	assert_int_equal(opcode, FUSE_UNLINK);
	reply(0, 0, NULL, 0);
}

static void what_is_closed_meanwhile_is_shown(void **state)
{
	const struct fuse_release_in in = { .fh = hide_two() };

	(void)state;
	take(0, FUSE_RELEASE, fs.nodes.table->handle[1].node, &in, sizeof(in));
	fs_submit(&fs, 0);
	hostility = close_the_second;
	assert_true(fs_show_closed(&fs));
	assert_int_equal(answered(), 1);
	assert_int_equal(asked[FUSE_UNLINK], 2);
	assert_int_equal(fs.nodes.closed_count, 0);
}

/* A hidden name is also removed if vimo-dm is killed just after the close. */
static void what_was_closed_at_the_end_is_shown(void **state)
{
	struct error err;

	(void)state;
	hide_two();
	fs_nodes_close(&fs.nodes);
	assert_int_equal(fs_nodes_open(&fs.nodes, table_fd, &err), 0);
	fs.nodes.hidden = ".hidden";
	assert_int_equal(fs.nodes.closed_count, 1);
	fs_node_bind(&fs.nodes, fs_node_by_name(&fs.nodes, FUSE_ROOT_ID, ".hidden"), 2);
	assert_true(fs_show_closed(&fs));
	assert_int_equal(asked[FUSE_UNLINK], 1);
}

static void mount_again(uint32_t opcode)
{
	const struct fuse_init_out out = { .major = FUSE_KERNEL_VERSION };

	assert_int_equal(opcode, FUSE_UNLINK);
	reply(0, 0, &out, sizeof(out));
}

static void a_mount_may_end_meanwhile(void **state)
{
	const struct fuse_init_in in = { .major = FUSE_KERNEL_VERSION, .minor = 36 };

	(void)state;
	hide_two();
	take(0, FUSE_INIT, 0, &in, sizeof(in));
	fs_submit(&fs, 0);
	hostility = mount_again;
	assert_true(fs_show_closed(&fs));
	assert_int_equal(answered(), 1);
	assert_int_equal(fs.nodes.closed_count, 0);
}

static void die(uint32_t opcode)
{
	(void)opcode;
	assert_int_equal(shutdown(other_end, SHUT_RDWR), 0);
	dead = true;
}

static void who_dies_while_it_hides_has_not_done_so(void **state)
{
	const struct fs_node *node;

	(void)state;
	learn(FUSE_ROOT_ID, ".hidden", 2, S_IFDIR);
	node = learn(FUSE_ROOT_ID, "a", 3, S_IFREG);
	fs_handle_new(&fs.nodes, node->id, FUSE_OPEN, O_RDWR, 1);
	take(0, FUSE_UNLINK, FUSE_ROOT_ID, "a", 2);
	hostility = die;
	fs_submit(&fs, 0);
	assert_false(fs.slot[0].submitted);
	assert_int_equal(asked[FUSE_LINK], 1);
	dead = false;
	fs_submit(&fs, 0);
	assert_true(fs.slot[0].submitted);
	assert_int_equal(asked[FUSE_LINK], 2);
	assert_int_equal(node->hidden, FS_HIDDEN);
}

/* The answer to FUSE_OPEN comes after the name was removed. */
static void what_is_being_opened_is_hidden(void **state)
{
	const struct fuse_open_in in = { .flags = O_RDWR };
	const struct fs_node *node = learn(FUSE_ROOT_ID, "a", 3, S_IFREG);

	(void)state;
	take(0, FUSE_OPEN, node->id, &in, sizeof(in));
	fs_submit(&fs, 0);
	take(1, FUSE_UNLINK, FUSE_ROOT_ID, "a", 2);
	fs_submit(&fs, 1);
	assert_int_equal(asked[FUSE_LINK], 1);
	assert_int_equal(node->hidden, FS_HIDDEN);
}

static void find_nothing(uint32_t opcode)
{
	assert_int_equal(opcode, FUSE_LINK);
	fails = -ENOENT;
}

static void who_removes_the_hidden_folder_gets_another(void **state)
{
	const struct fs_node *node;

	(void)state;
	for (unsigned int n = 0; n < 2; n++) {
		struct fs_node *folder = learn(FUSE_ROOT_ID, ".hidden", 2, S_IFDIR);

		node = learn(FUSE_ROOT_ID, "a", 3, S_IFREG);
		fs_handle_new(&fs.nodes, node->id, FUSE_OPEN, O_RDWR, 1);
		take(n, FUSE_UNLINK, FUSE_ROOT_ID, "a", 2);
		if (n) /* this daemon does not find it */
			fs_node_bind(&fs.nodes, folder, 0);
		else
			hostility = find_nothing;
		fs_submit(&fs, n);
		assert_true(fs.slot[n].submitted);
		assert_int_equal(asked[FUSE_MKDIR], n + 1);
		assert_int_equal(node->hidden, FS_HIDDEN);
		assert_int_equal(fs_node_by_name(&fs.nodes, FUSE_ROOT_ID, ".hidden")->daemon, 77);
		fs_nodes_clear(&fs.nodes);
	}
	assert_int_equal(asked[FUSE_LINK], 3);
}

static void rename_in(unsigned int index, uint64_t folder, const char *from, const char *to)
{
	const struct fuse_rename_in in = { .newdir = folder };
	uint8_t arguments[100];
	char *names = (char *)arguments + sizeof(in);

	memcpy(arguments, &in, sizeof(in));
	strcpy(stpcpy(names, from) + 1, to);
	fs_note_request(&fs, take(index, FUSE_RENAME, folder, arguments, sizeof(in) + strlen(from) + strlen(to) + 2));
	fs_submit(&fs, index);
	assert_true(fs.slot[index].submitted);
}

static const struct fs_node *open_in(uint64_t folder)
{
	const struct fs_node *node = learn(folder, "a", 99, S_IFREG);

	fs.nodes.table->init_bytes = sizeof(struct fuse_init_in);
	fs_handle_new(&fs.nodes, node->id, FUSE_OPEN, O_RDWR, 1);
	return node;
}

/* Rename an open file from "a" to "b". Return: its node. */
static struct fs_node *rename_open(void)
{
	const struct fs_node *node = open_in(FUSE_ROOT_ID);

	rename_in(0, FUSE_ROOT_ID, "a", "b");
	return fs_node_find(&fs.nodes, node->id);
}

static void restore_renamed(const struct fs_node *node, uint64_t folder)
{
	const unsigned int waiting = fs.busy;

	fs_disconnect(&fs);
	fs.socket = dup(other_end);
	existing = "b, directory";
	assert_true(fs_restore(&fs));
	assert_int_equal(answered(), waiting);
	assert_string_equal(node->name, "b");
	assert_null(fs_node_next_name(&fs.nodes, node));
	assert_int_equal(node->parent, folder);
	assert_int_equal(node->daemon, 99);
	assert_false(fs.nodes.table->handle[0].lost);
}

static void what_was_renamed_at_the_end_is_found(void **state)
{
	(void)state;
	restore_renamed(rename_open(), FUSE_ROOT_ID);
}

static void what_was_renamed_in_what_was_renamed_is_found(void **state)
{
	const struct fs_node *folder = learn(FUSE_ROOT_ID, "old", 77, S_IFDIR), *node;

	(void)state;
	node = open_in(folder->id);
	rename_in(0, folder->id, "a", "b");
	rename_in(1, FUSE_ROOT_ID, "old", "directory");
	restore_renamed(node, folder->id);
	assert_string_equal(folder->name, "directory");
}

/* The previous vimo-dm noted the rename and was killed before the reply. */
static void what_was_renamed_is_noted_once(void **state)
{
	const struct fs_node *node = rename_open();
	uint8_t answer[64] = { 0 };
	struct fuse_out_header *header = (struct fuse_out_header *)(void *)answer;
	struct fuse_forget_one gone;

	(void)state;
	header->len = sizeof(*header);
	assert_true(fs_decode(&fs.nodes, &fs.slot[0].request, answer, &gone));
	restore_renamed(node, FUSE_ROOT_ID);
}

static void what_was_renamed_is_noted_to_the_end(void **state)
{
	struct fs_node *node = rename_open();

	(void)state;
	fs_node_add_name(&fs.nodes, node, FUSE_ROOT_ID, "b");
	restore_renamed(node, FUSE_ROOT_ID);
}

/* The next daemon uses the same numbers for other files. */
static void a_forget_without_a_daemon_is_not_sent_to_the_next(void **state)
{
	struct fuse_forget_one gone = { .nodeid = 1, .nlookup = 1 };
	uint64_t id = learn(FUSE_ROOT_ID, "a", 3, S_IFREG)->id;

	(void)state;
	fs_disconnect(&fs);
	assert_true(fs_node_forget(&fs.nodes, id, 1, &gone));
	fs_note_forget(&fs, &gone);
	assert_int_equal(fs.forget_count, 0);
}

_Static_assert(sizeof(struct fs_table) <= DM_FOLDER_STATE_BYTES, "vimod's file has room");

/* The next vimo-dm, which finds the table as it is. */
static void open_again(void)
{
	struct error err;

	fs_nodes_close(&fs.nodes);
	assert_int_equal(fs_nodes_open(&fs.nodes, table_fd, &err), 0);
	fs_disconnect(&fs);
	fs.socket = dup(other_end);
}

static void forge(uint32_t index, uint64_t parent, uint64_t name_of, const char *name)
{
	struct fs_node *record = &fs.nodes.table->node[index];

	*record = (struct fs_node){ .id = 1ull << 32 | index,
				    .generation = 1,
				    .parent = parent,
				    .lookups = 1,
				    .kind = S_IFDIR,
				    .inode = index,
				    .name_of = name_of };
	strcpy(record->name, name);
}

#define FORGED(index) (1ull << 32 | (index))

static void records_are_checked(void **state)
{
	struct fs_node *record = fs.nodes.table->node;
	const uint32_t first = FUSE_ROOT_ID + 1;

	(void)state;
	record[FUSE_ROOT_ID] = (struct fs_node){ .id = 5, .daemon = 7, .name_of = 9 };
	for (uint32_t n = 0; n < 8; n++)
		forge(first + n, FUSE_ROOT_ID, 0, (char[]){ (char)('a' + n), 0 });
	record[first + 1].id++;                                              /* another's number */
	record[first + 2].generation++;                                      /* not the id's */
	record[first + 3].hidden = 3;                                        /* not a state */
	record[first + 4].name_of = FUSE_ROOT_ID;                            /* the root has no name */
	memset(record[first + 5].name, 'x', sizeof(record[first + 5].name)); /* without an end */
	strcpy(record[first + 6].name, "../etc");
	record[first + 7].name_of = FORGED(first + 3); /* not a node */
	open_again();
	record = fs.nodes.table->node;
	assert_int_equal(record[FUSE_ROOT_ID].id, FUSE_ROOT_ID);
	assert_int_equal(record[FUSE_ROOT_ID].daemon, FUSE_ROOT_ID);
	assert_ptr_equal(fs_node_by_name(&fs.nodes, FUSE_ROOT_ID, "a"), &record[first]);
	for (uint32_t n = 1; n < 8; n++)
		assert_int_equal(record[first + n].id, 0);
}

static void handles_are_checked(void **state)
{
	struct fs_handle *handle = fs.nodes.table->handle;

	(void)state;
	for (uint32_t n = 0; n < 4; n++)
		handle[n] =
			(struct fs_handle){ .id = FORGED(n), .generation = 1, .node = UINT64_MAX, .opcode = FUSE_OPEN };
	handle[1].opcode = FUSE_UNLINK;
	handle[2].id = FORGED(FS_HANDLES);
	handle[3].generation = 0;
	open_again();
	handle = fs.nodes.table->handle;
	assert_int_equal(handle[0].id, FORGED(0));
	for (uint32_t n = 1; n < 4; n++)
		assert_int_equal(handle[n].id, 0);
	fs.nodes.table->init_bytes = 16;
	assert_true(fs_restore(&fs)); /* its node does not exist */
	assert_true(fs.nodes.table->handle[0].lost);
	assert_int_equal(asked[FUSE_OPEN], 0);
}

static void a_mount_is_as_long_as_its_request(void **state)
{
	const uint32_t most = sizeof(fs.nodes.table->init);

	(void)state;
	for (uint32_t n = 0; n < 3; n++) {
		fs.nodes.table->init_bytes = n == 0 ? most : n == 1 ? most + 1 : UINT32_MAX;
		open_again();
		assert_int_equal(fs.nodes.table->init_bytes, n ? 0 : most);
		assert_true(fs_restore(&fs));
		assert_int_equal(asked[FUSE_INIT], 1);
	}
}

/* Each of 60 folders has names in all others, and none leads to the root: 60! ways. */
static void a_maze_takes_no_more_time_than_other_tables(void **state)
{
	const uint32_t first = FUSE_ROOT_ID + 1, folders = 60;
	uint32_t next = first + folders;

	(void)state;
	for (uint32_t n = 0; n < folders; n++) {
		char name[16];

		snprintf(name, sizeof(name), "n%u", n);
		forge(first + n, FORGED(first + (n + 1) % folders), 0, name);
		for (uint32_t in = 0; in < folders; in++)
			forge(next++, FORGED(first + in), FORGED(first + n), name);
	}
	fs.nodes.table->init_bytes = 16;
	open_again();
	existing = "";
	assert_true(fs_restore(&fs));
	assert_int_equal(asked[FUSE_LOOKUP], 0);
}

static void any_bytes_are_a_table(void **state)
{
	uint32_t seed = 1;

	(void)state;
	for (unsigned int round = 0; round < 20; round++) {
		uint8_t *bytes = (uint8_t *)fs.nodes.table->node;

		for (size_t n = 0; n < 200 * sizeof(struct fs_node); n++) {
			seed = seed * 1664525u + 1013904223u;
			bytes[n] = (uint8_t)(seed >> 24 & (seed >> 16 & 3 ? 0x01 : 0xff));
		}
		for (uint32_t n = 0; n < 200 && round % 2; n++)
			fs.nodes.table->node[n].id = (uint64_t)fs.nodes.table->node[n].generation << 32 | n;
		fs.nodes.table->init_bytes = 16;
		open_again();
		existing = "\1";
		assert_true(fs_restore(&fs));
		fs_nodes_clear(&fs.nodes);
	}
}

static void the_ring_keeps_its_size(void **state)
{
	(void)state;
	assert_int_equal(ftruncate(fs.ring.fd, 0), -1);
	assert_int_equal(ftruncate(fs.ring.fd, 1 << 30), -1);
	assert_int_equal(pwrite(fs.ring.fd, "x", 1, 1 << 30), -1);
	assert_int_equal(fcntl(fs.ring.fd, F_ADD_SEALS, F_SEAL_WRITE), -1);
}

static void a_table_that_is_too_small_is_refused(void **state)
{
	struct fs_nodes nodes;
	struct error err;

	(void)state;
	assert_int_equal(ftruncate(table_fd, DM_FOLDER_STATE_MIN - 1), 0);
	assert_int_equal(fs_nodes_open(&nodes, table_fd, &err), -1);
	fs_nodes_close(&nodes);
	assert_int_equal(err.code, ERROR_USAGE);
	assert_int_equal(ftruncate(table_fd, DM_FOLDER_STATE_BYTES), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(nothing_is_answered_twice),
		TEST(nothing_is_answered_unasked),
		TEST(what_was_not_asked_is_no_answer),
		TEST(what_is_closed_meanwhile_is_shown),
		TEST(what_was_closed_at_the_end_is_shown),
		TEST(a_mount_may_end_meanwhile),
		TEST(who_dies_while_it_hides_has_not_done_so),
		TEST(what_is_being_opened_is_hidden),
		TEST(who_removes_the_hidden_folder_gets_another),
		TEST(what_was_renamed_at_the_end_is_found),
		TEST(what_was_renamed_in_what_was_renamed_is_found),
		TEST(what_was_renamed_is_noted_once),
		TEST(what_was_renamed_is_noted_to_the_end),
		TEST(a_forget_without_a_daemon_is_not_sent_to_the_next),
		TEST(the_ring_keeps_its_size),
		TEST(records_are_checked),
		TEST(handles_are_checked),
		TEST(a_mount_is_as_long_as_its_request),
		TEST(a_maze_takes_no_more_time_than_other_tables),
		TEST(any_bytes_are_a_table),
		TEST(a_table_that_is_too_small_is_refused),
	};

	return cmocka_run_group_tests_name("fs_session", tests, NULL, NULL);
}
