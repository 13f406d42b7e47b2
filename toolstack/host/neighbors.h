/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * neighbors.h - addresses of guests, as dom0's kernel knows them from its talks with them (ip neigh).
 */
#ifndef TOOLSTACK_HOST_NEIGHBORS_H
#define TOOLSTACK_HOST_NEIGHBORS_H

#include <stdbool.h>
#include <stddef.h>

/**
 * neighbors_each() - call @fn with each address that a MAC has behind an interface. Does not wait for the network.
 * @interface: a bridge's name
 * @mac: as guest.cfg has it
 * @fn: gets the address as text
 *
 * Any guest of the bridge may claim an address: they are for people to read.
 */
void neighbors_each(const char *interface, const char *mac, void (*fn)(void *arg, const char *address), void *arg);

/** A search for the addresses of a MAC. */
struct neighbor_search {
	unsigned int index; /* of the interface */
	unsigned char mac[6];
	unsigned int left; /* addresses that @fn may still get */
	void (*fn)(void *arg, const char *address);
	void *arg;
};
/** neighbors_take() - read a part of the kernel's answer. Return: whether more of it follows. */
bool neighbors_take(struct neighbor_search *search, const void *part, size_t bytes);

#endif
