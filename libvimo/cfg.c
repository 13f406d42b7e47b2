// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cfg.c - parse guest.cfg. Files come from other systems and other editors: errors are collected, and the parser goes
 * on with the next setting.
 */
#include "cfg.h"
#include "alloc.h"
#include "cfg_scan.h"
#include "text.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define DEPTH_MAX 8 /* of lists and groups */
#define QUOTED 40   /* bytes of a word that a message repeats */

struct parser {
	struct scan scan;
	cfg_report_fn report;
	void *arg;
	int depth;
	bool unclosed; /* a group does not end, so a setting in the first column is the file's */
};

static struct cfg *parse_value(struct parser *parser, int line);

static void __attribute__((format(printf, 3, 4))) report(struct parser *parser, int line, const char *format, ...)
{
	struct error err;
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	error_set(&err, ERROR_FAILED, "%s", text);
	parser->report(parser->arg, line, &err);
}

static void next(struct parser *parser)
{
	scan_next(&parser->scan);
}

static bool is(const struct parser *parser, char c)
{
	return parser->scan.token == TOKEN_PUNCTUATION && *parser->scan.at == c;
}

static bool accept(struct parser *parser, char c)
{
	bool found = is(parser, c);

	if (found)
		next(parser);
	return found;
}

/* Return: whether a setting begins here: a name and an assignment. */
static bool at_setting(const struct parser *parser)
{
	struct scan ahead = parser->scan;

	if (ahead.token != TOKEN_WORD || !(isalpha((unsigned char)*ahead.at) || *ahead.at == '_'))
		return false;
	scan_next(&ahead);
	return ahead.token == TOKEN_PUNCTUATION && (*ahead.at == '=' || *ahead.at == ':');
}

/* After an error: to the next setting, or behind the end of this one. A setting that begins in the first column is the
 * file's even where a bracket before it does not close. */
static void recover(struct parser *parser)
{
	int depth = 0;

	for (; parser->scan.token != TOKEN_END; next(parser)) {
		const struct scan *scan = &parser->scan;

		if (scan->leads && at_setting(parser) && (!depth || scan->column_one))
			return;
		if (scan->token != TOKEN_PUNCTUATION)
			continue;
		if (strchr("[({", *scan->at))
			depth++;
		else if (strchr("])}", *scan->at) && depth)
			depth--;
		else if (!depth && (*scan->at == ';' || *scan->at == '}'))
			return;
	}
}

static struct cfg *new_node(enum cfg_type type, int line)
{
	struct cfg *cfg = alloc_zeroed(sizeof(*cfg));

	cfg->type = type;
	cfg->line = line;
	return cfg;
}

static char *copy(const char *from, size_t bytes)
{
	char *text = alloc_zeroed(bytes + 1);

	memcpy(text, from, bytes);
	return text;
}

/* The text between the quotes, into @to. Return: whether it can be read. */
static bool decode(struct parser *parser, const char *at, const char *end, char *to)
{
	char *begin = to;

	while (at < end) {
		int used;

		if (*at != '\\') {
			*to++ = *at++;
			continue;
		}
		used = scan_unescape(at + 1, end, to++);
		if (!used) {
			report(parser, parser->scan.token_line,
			       "\"\\%.*s\" is not an escape: write \\\\ for a backslash", (int)(at + 1 < end), at + 1);
			return false;
		}
		at += 1 + used;
	}
	if (text_is_plain(begin, (size_t)(to - begin)))
		return true;
	report(parser, parser->scan.token_line, "the escapes of a text are not UTF-8: write the characters themselves");
	return false;
}

/* Texts that follow each other are one, as in libconfig. */
static struct cfg *parse_text(struct parser *parser)
{
	struct cfg *cfg = new_node(CFG_TEXT, parser->scan.token_line);
	size_t used = 0;

	for (; parser->scan.token == TOKEN_TEXT; next(parser)) {
		const char *at = parser->scan.at + 1, *end = parser->scan.at + parser->scan.bytes - 1;
		char *longer = realloc(cfg->text, used + (size_t)(end - at) + 1);

		if (!longer)
			abort();
		memset(longer + used, 0, (size_t)(end - at) + 1);
		cfg->text = longer;
		if (!decode(parser, at, end, longer + used))
			cfg->type = CFG_BAD;
		used += strlen(longer + used);
	}
	return cfg;
}

static struct cfg *parse_word(struct parser *parser)
{
	struct cfg *cfg = new_node(CFG_BAD, parser->scan.token_line);
	char *word = copy(parser->scan.at, parser->scan.bytes);
	size_t fraction = strspn(word, "+-.0123456789eE");

	if (scan_number(word, &cfg->number)) {
		cfg->type = CFG_NUMBER;
	} else if (!strcasecmp(word, "true") || !strcasecmp(word, "false")) {
		cfg->type = CFG_FLAG;
		cfg->number = tolower((unsigned char)*word) == 't';
	} else if (!word[fraction] && isdigit((unsigned char)word[strspn(word, "+-.")])) {
		cfg->type = CFG_FRACTION;
	} else {
		cfg->type = CFG_BAD;
		report(parser, cfg->line,
		       isdigit((unsigned char)*word) ?
			       "%.*s is neither a whole number nor text in quotes: write \"%.*s\"" :
			       "%.*s is not in quotes: write \"%.*s\"",
		       QUOTED, word, QUOTED, word);
	}
	free(word);
	next(parser);
	return cfg;
}

/* The name of a setting and its value; the present token is the name. */
static struct cfg *parse_setting(struct parser *parser)
{
	int line = parser->scan.token_line;
	char *name = copy(parser->scan.at, parser->scan.bytes);
	struct cfg *cfg;

	next(parser);
	next(parser);
	cfg = parse_value(parser, line);
	cfg->name = name;
	cfg->line = line;
	return cfg;
}

static void not_a_setting(struct parser *parser)
{
	const struct scan *scan = &parser->scan;
	int bytes = scan->bytes < QUOTED ? (int)scan->bytes : QUOTED;

	if (scan->token == TOKEN_BAD)
		report(parser, scan->token_line, "the text that begins with %c does not end: write %c at its end",
		       *scan->at, *scan->at);
	else if (*scan->at == '@')
		report(parser, scan->token_line, "@include is not supported: write the keys into this file");
	else
		report(parser, scan->token_line, "%.*s is not a setting: write key = value, text in quotes", bytes,
		       scan->at);
	next(parser); /* recover() would stay at a bracket or semicolon */
	recover(parser);
}

/* Settings up to @end, or to the end of the text. */
static struct cfg *parse_settings(struct parser *parser, int line, char end)
{
	struct cfg *group = new_node(CFG_GROUP, line), **last = &group->first;

	while (parser->scan.token != TOKEN_END && !(end && is(parser, end))) {
		if (accept(parser, ';') || accept(parser, ','))
			continue;
		if (!at_setting(parser)) {
			not_a_setting(parser);
			continue;
		}
		if (end && parser->unclosed && parser->scan.column_one)
			break;
		*last = parse_setting(parser);
		if ((*last)->type == CFG_BAD)
			recover(parser);
		last = &(*last)->next;
	}
	return group;
}

/* Entries up to @end. */
static struct cfg *parse_list(struct parser *parser, int line, char end)
{
	struct cfg *list = new_node(CFG_LIST, line), **last = &list->first;

	while (parser->scan.token != TOKEN_END && !is(parser, end)) {
		bool bad;

		*last = parse_value(parser, parser->scan.token_line);
		bad = (*last)->type == CFG_BAD;
		last = &(*last)->next;
		if (accept(parser, ','))
			continue;
		if (bad && !is(parser, end))
			list->type = CFG_BAD; /* one error is enough */
		break;
	}
	return list;
}

static struct cfg *parse_brackets(struct parser *parser)
{
	char begin = *parser->scan.at, end = begin == '[' ? ']' : begin == '(' ? ')' : '}';
	int line = parser->scan.token_line;
	struct cfg *cfg;

	if (parser->depth == DEPTH_MAX) {
		report(parser, line, "lists and groups are more than %d deep: remove some", DEPTH_MAX);
		return new_node(CFG_BAD, line);
	}
	next(parser);
	parser->depth++;
	cfg = begin == '{' ? parse_settings(parser, line, end) : parse_list(parser, line, end);
	parser->depth--;
	if (accept(parser, end))
		return cfg;
	if (cfg->type != CFG_BAD)
		report(parser, parser->scan.token_line, "the %s of line %d does not end here: write %s%c",
		       begin == '{' ? "group" : "list", line, begin == '{' ? "" : "a comma, or ", end);
	cfg->type = CFG_BAD;
	return cfg;
}

/* @line: of the name */
static struct cfg *parse_value(struct parser *parser, int line)
{
	const struct scan *scan = &parser->scan;

	switch (scan->token) {
	case TOKEN_TEXT: return parse_text(parser);
	case TOKEN_WORD:
		if (!scan->leads || !at_setting(parser))
			return parse_word(parser);
		break;
	case TOKEN_BAD:
		report(parser, scan->token_line, "the text that begins with %c does not end: write %c at its end",
		       *scan->at, *scan->at);
		return new_node(CFG_BAD, scan->token_line);
	case TOKEN_PUNCTUATION:
		if (strchr("[({", *scan->at))
			return parse_brackets(parser);
		break;
	default: break;
	}
	report(parser, line, "a value is missing: write key = value, text in quotes");
	return new_node(CFG_BAD, line);
}

static bool has_unclosed(const char *text)
{
	struct parser parser;
	int open = 0;

	for (scan_begin(&parser.scan, text); parser.scan.token != TOKEN_END; next(&parser))
		open += is(&parser, '{') - is(&parser, '}');
	return open > 0;
}

struct cfg *cfg_parse(const char *text, cfg_report_fn report_fn, void *arg)
{
	struct parser parser = { .report = report_fn, .arg = arg };

	if (!strncmp(text, "\xef\xbb\xbf", 3))
		text += 3;
	parser.unclosed = has_unclosed(text);
	scan_begin(&parser.scan, text);
	return parse_settings(&parser, 1, '\0');
}

struct cfg *cfg_parse_argument(const char *argument, cfg_report_fn report_fn, void *arg)
{
	const char *value = argument + strcspn(argument, "=");
	struct cfg *group, *cfg;

	value += *value == '=';
	if (*value && strchr("'\"[({", *value))
		return cfg_parse(argument, report_fn, arg);
	group = new_node(CFG_GROUP, 1);
	group->first = cfg = new_node(CFG_TEXT, 1);
	cfg->name = copy(argument, strcspn(argument, "="));
	cfg->text = copy(value, strlen(value));
	return group;
}

void cfg_free(struct cfg *cfg)
{
	while (cfg) {
		struct cfg *after = cfg->next;

		cfg_free(cfg->first);
		free(cfg->name);
		free(cfg->text);
		free(cfg);
		cfg = after;
	}
}

const struct cfg *cfg_find(const struct cfg *group, const char *name)
{
	const struct cfg *cfg = group ? group->first : NULL;

	while (cfg && (!cfg->name || strcmp(cfg->name, name)))
		cfg = cfg->next;
	return cfg;
}

/* Control characters, which programs have in place of text. */
static bool has_control(const char *text, size_t bytes)
{
	for (size_t n = 0; n < bytes; n++)
		if (iscntrl((unsigned char)text[n]) && !isspace((unsigned char)text[n]))
			return true;
	return false;
}

int cfg_check_text(const char *text, size_t bytes, struct error *err)
{
	bool large = bytes >= CFG_TEXT_MAX;
	int line = 1;

	while (bytes) {
		const char *newline = memchr(text, '\n', bytes);
		size_t length = newline ? (size_t)(newline + 1 - text) : bytes;

		if (large && !newline)
			break; /* its last character may be cut */
		if (!text_is_plain(text, length) || has_control(text, length)) {
			error_set(err, ERROR_FAILED,
				  "not UTF-8: name a file of text, or convert it ('iconv -f latin1 -t utf-8')");
			return line;
		}
		text += length;
		bytes -= length;
		line++;
	}
	if (!large)
		return 0;
	error_set(err, ERROR_FAILED, "larger than 64 KiB: it is not a guest configuration");
	return line;
}
