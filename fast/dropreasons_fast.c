/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Cuts from lines what decides what they tell; equal parts are one object, which a Counter finds by its address and stored hash. */
#define PY_SSIZE_T_CLEAN
#define _GNU_SOURCE /* memmem */
#include <Python.h>
#include <stdint.h>
#include <string.h>

#define SLOTS 16384        /* a power of two, some times the groups a busy host has */
#define LONGEST_KEPT 256   /* bytes; with SLOTS it bounds what is kept to some 5 MB */

static PyObject *kept[SLOTS];

static size_t slot_of(const char *text, size_t length)
{
	uint64_t hash = length, word;

	for (; length >= sizeof(word); text += sizeof(word), length -= sizeof(word)) {
		memcpy(&word, text, sizeof(word));
		hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
		hash ^= hash >> 29;
	}
	word = 0;
	memcpy(&word, text, length);
	hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
	return (hash >> 40) % SLOTS;
}

/* Return a new reference to the bytes: the object made of them before, if it is still kept. */
static PyObject *bytes_of(const char *text, size_t length)
{
	PyObject **slot, *made;

	if (length > LONGEST_KEPT)
		return PyBytes_FromStringAndSize(text, (Py_ssize_t)length);
	slot = &kept[slot_of(text, length)];
	if (*slot && (size_t)PyBytes_GET_SIZE(*slot) == length && !memcmp(PyBytes_AS_STRING(*slot), text, length))
		return Py_NewRef(*slot);
	made = PyBytes_FromStringAndSize(text, (Py_ssize_t)length);
	if (made)
		Py_XSETREF(*slot, Py_NewRef(made));
	return made;
}

static PyObject *ends_of(const char *at, const char *stop, const Py_buffer *mark)
{
	PyObject *ends = PyList_New(0);

	while (ends && at < stop) {
		const char *newline = memchr(at, '\n', (size_t)(stop - at));
		const char *found = newline ? memmem(at, (size_t)(newline - at), mark->buf, (size_t)mark->len) : NULL;
		PyObject *end;

		if (!found) {
			Py_DECREF(ends);
			Py_RETURN_NONE;
		}
		found += mark->len;
		end = bytes_of(found, (size_t)(newline - found));
		if (!end || PyList_Append(ends, end) < 0)
			Py_CLEAR(ends);
		Py_XDECREF(end);
		at = newline + 1;
	}
	return ends;
}

static PyObject *line_ends(PyObject *module, PyObject *arguments)
{
	Py_buffer block, mark;
	PyObject *ends;

	(void)module;
	if (!PyArg_ParseTuple(arguments, "y*y*", &block, &mark))
		return NULL;
	ends = ends_of(block.buf, (const char *)block.buf + block.len, &mark);
	PyBuffer_Release(&block);
	PyBuffer_Release(&mark);
	return ends;
}

/* Return the end of a value; NULL where there is no such value, or one that is for others to read. */
static const char *value_end(const char *at, const char *stop, char kind)
{
	const char *begin;

	if (kind == 's') {
		while (at < stop && *at != '"') {
			if ((unsigned char)*at < 0x20 || (unsigned char)*at > 0x7f || *at == '\\')
				return NULL;
			at++;
		}
		return at;
	}
	if (at < stop && *at == '-')
		at++;
	for (begin = at; at < stop && *at >= '0' && *at <= '9'; at++)
		;
	return at == begin || (*begin == '0' && at - begin > 1) ? NULL : at;
}

static PyObject *parts_of(const char *at, const char *stop, PyObject *pieces, const char *kinds, Py_ssize_t first,
			  Py_ssize_t last)
{
	Py_ssize_t values = PyTuple_GET_SIZE(pieces) - 1;
	PyObject *parts = PyList_New(0);

	while (parts && at < stop) {
		const char *begin = at, *end = at;
		PyObject *part;

		for (Py_ssize_t index = 0; at && index <= values; index++) {
			PyObject *piece = PyTuple_GET_ITEM(pieces, index);
			size_t length = (size_t)PyBytes_GET_SIZE(piece);

			if ((size_t)(stop - at) < length || memcmp(at, PyBytes_AS_STRING(piece), length)) {
				at = NULL;
				break;
			}
			at += length;
			if (index == first)
				begin = at;
			if (index < values)
				at = value_end(at, stop, kinds[index]);
			if (index == last)
				end = at;
		}
		if (!at) {
			Py_DECREF(parts);
			Py_RETURN_NONE;
		}
		part = bytes_of(begin, (size_t)(end - begin));
		if (!part || PyList_Append(parts, part) < 0)
			Py_CLEAR(parts);
		Py_XDECREF(part);
	}
	return parts;
}

static PyObject *object_parts(PyObject *module, PyObject *arguments)
{
	PyObject *pieces, *kinds, *parts = NULL;
	Py_ssize_t first, last, index;
	PyObject *end;
	Py_buffer block;

	(void)module;
	if (!PyArg_ParseTuple(arguments, "y*(O!Snn)", &block, &PyTuple_Type, &pieces, &kinds, &first, &last))
		return NULL;
	for (index = 0; index < PyTuple_GET_SIZE(pieces) && PyBytes_Check(PyTuple_GET_ITEM(pieces, index)); index++)
		;
	end = index && index == PyTuple_GET_SIZE(pieces) ? PyTuple_GET_ITEM(pieces, index - 1) : NULL;
	if (!end || !PyBytes_GET_SIZE(end) || PyBytes_AS_STRING(end)[PyBytes_GET_SIZE(end) - 1] != '\n' ||
	    PyBytes_GET_SIZE(kinds) != index - 1 || first < 0 || last < first || last >= index - 1)
		PyErr_SetString(PyExc_ValueError, "no shape of lines: pieces, a kind between each two, the last to the end of the line, first, last");
	else
		parts = parts_of(block.buf, (const char *)block.buf + block.len, pieces, PyBytes_AS_STRING(kinds), first, last);
	PyBuffer_Release(&block);
	return parts;
}

static PyMethodDef methods[] = {
	{"line_ends", line_ends, METH_VARARGS,
	 "line_ends(block, mark)\n--\n\n"
	 "Return what stands behind the mark of each line, the first if there are several; None if a line has none."},
	{"object_parts", object_parts, METH_VARARGS,
	 "object_parts(block, shape)\n--\n\n"
	 "Return the part of each line that the shape asks for; None if a line is of another shape."},
	{NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
	PyModuleDef_HEAD_INIT, .m_name = "dropreasons_fast", .m_size = -1, .m_methods = methods,
	.m_doc = "Cuts from lines what `dropreasons decode` counts.",
};

PyMODINIT_FUNC PyInit_dropreasons_fast(void)
{
	return PyModule_Create(&definition);
}
