/* What a verification does for each record, compiled; `many.py` chooses it, or Python.
 *
 * The Python functions are the reference: the tests hold these against them. What is not
 * plainly right is left to Python, so that findings are worded in one place.
 *
 * SHA-256 is that of OpenSSL. Limited API: one binary for each Python from 3.11 on.
 */

#define Py_LIMITED_API 0x030B0000
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <limits.h>
#include <openssl/evp.h>
#include <string.h>

enum {
    HASH = 32,   /* bytes of a SHA-256 */
    BEGUN = 8,   /* bytes that what is looked for begins with: `"case":"` or `"prev":"` */
    MOST = 512,  /* bytes of what is looked for: Python takes what somebody forged longer */
    NUMBER = 20, /* bytes of a number and a comma */
};

typedef struct {
    const char *bytes;
    Py_ssize_t size;
} Text;

/* -- hashing --------------------------------------------------------------------------- */

static const char LEAF = 0, NODE = 1; /* RFC 9162 section 2.1.1 */

/* One for each call, not one for good: an iterable can be Python that comes back here. */
static EVP_MD_CTX *begin(void)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    EVP_MD *sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);

    if (context == NULL || !EVP_DigestInit_ex2(context, sha256, NULL)) {
        EVP_MD_CTX_free(context);
        context = NULL;
        PyErr_SetString(PyExc_RuntimeError, "OpenSSL refuses SHA-256");
    }
    EVP_MD_free(sha256); /* the context has its own hold of it */
    return context;
}

static int feed(EVP_MD_CTX *context, PyObject *data)
{
    char *bytes;
    Py_ssize_t size;

    return PyBytes_AsStringAndSize(data, &bytes, &size) == 0 && /* else a TypeError */
           EVP_DigestUpdate(context, bytes, (size_t)size);
}

/* Return the hash over a prefix and one bytes object or two. */
static PyObject *hash_of(EVP_MD_CTX *context, const char *prefix, PyObject *left, PyObject *right)
{
    PyObject *hash = PyBytes_FromStringAndSize(NULL, HASH);

    if (hash != NULL &&
        !(EVP_DigestInit_ex2(context, NULL, NULL) && EVP_DigestUpdate(context, prefix, 1) &&
          feed(context, left) && (right == NULL || feed(context, right)) &&
          EVP_DigestFinal_ex(context, (unsigned char *)PyBytes_AsString(hash), NULL))) {
        Py_CLEAR(hash);
        if (!PyErr_Occurred()) {
            PyErr_SetString(PyExc_RuntimeError, "OpenSSL does not hash");
        }
    }
    return hash;
}

/* Hash what an iterator gives, one by one or two by two; what is left without a pair is not. */
static int hash_each(EVP_MD_CTX *context, const char *prefix, PyObject *each, PyObject *hashes)
{
    PyObject *left, *right = NULL, *hash;
    int failed = 0;

    while (!failed && (left = PyIter_Next(each)) != NULL) {
        hash = NULL;
        if (prefix == &LEAF || (right = PyIter_Next(each)) != NULL) {
            hash = hash_of(context, prefix, left, right);
        }
        failed = hash == NULL || PyList_Append(hashes, hash) < 0;
        Py_DECREF(left);
        Py_CLEAR(right);
        Py_XDECREF(hash);
    }
    return PyErr_Occurred() ? -1 : 0;
}

static PyObject *hashes_of(PyObject *iterable, const char *prefix)
{
    PyObject *each = PyObject_GetIter(iterable);
    PyObject *hashes = each != NULL ? PyList_New(0) : NULL;
    EVP_MD_CTX *context = hashes != NULL ? begin() : NULL;

    if (context == NULL || hash_each(context, prefix, each, hashes) < 0) {
        Py_CLEAR(hashes);
    }
    EVP_MD_CTX_free(context);
    Py_XDECREF(each);
    return hashes;
}

static PyObject *leaf_hashes(PyObject *Py_UNUSED(module), PyObject *records)
{
    return hashes_of(records, &LEAF);
}

static PyObject *node_hashes(PyObject *Py_UNUSED(module), PyObject *hashes)
{
    return hashes_of(hashes, &NODE);
}

/* -- what is plainly right ------------------------------------------------------------- */

static Text text_of(PyObject *bytes)
{
    return (Text){PyBytes_AsString(bytes), PyBytes_Size(bytes)};
}

static int is_at(Text data, Py_ssize_t at, Text what)
{
    return memcmp(data.bytes + at, what.bytes, BEGUN) == 0 &&
           memcmp(data.bytes + at, what.bytes, (size_t)what.size) == 0;
}

/* Look where it was in the last record, then everywhere; note where it is. */
static int is_in(Text data, Text what, Py_ssize_t *hint, int from_end)
{
    Py_ssize_t at, last = data.size - what.size;

    if (what.size < BEGUN || what.size > MOST) {
        return 0;
    }
    if (*hint <= last && is_at(data, *hint, what)) {
        return 1;
    }
    for (Py_ssize_t step = 0; step <= last; step++) {
        at = from_end ? last - step : step;
        if (is_at(data, at, what)) {
            *hint = at;
            return 1;
        }
    }
    return 0;
}

/* Return a number that a cseq can be and go on from; -1 of all else. */
static long long number_of(PyObject *value)
{
    int overflow;
    long long number = -1;

    if (PyLong_CheckExact(value)) {
        number = PyLong_AsLongLongAndOverflow(value, &overflow); /* -1 where it overflows */
    }
    return number < LLONG_MAX ? number : -1;
}

/* Write the place of a case, a number and a comma. */
static Text numbered(Text place, long long number, char buffer[MOST + NUMBER])
{
    char digits[NUMBER], *end = digits + NUMBER, *at = end;

    *--at = ',';
    do {
        *--at = (char)('0' + number % 10);
    } while ((number /= 10) > 0);
    memcpy(buffer, place.bytes, (size_t)place.size);
    memcpy(buffer + place.size, at, (size_t)(end - at));
    return (Text){buffer, place.size + (end - at)};
}

/* Return how the record after the one of this hash names it. */
static PyObject *name_of(const char *hash)
{
    static const char digits[] = "0123456789abcdef";
    char name[BEGUN + 2 * HASH + 2] = "\"prev\":\"", *to = name + BEGUN;

    for (const char *end = hash + HASH; hash < end; hash++) {
        *to++ = digits[(unsigned char)*hash >> 4];
        *to++ = digits[*hash & 15];
    }
    memcpy(to, "\",", 2);
    return PyBytes_FromStringAndSize(name, sizeof name);
}

/* Tell whether a record is plainly right, and note where its case goes on; -1: an error.
 * `known`: the due cseq, the name of the record before, the place of the case. */
static int follow(PyObject *row, PyObject *own, PyObject *known, Py_ssize_t hints[2])
{
    PyObject *leaf = PyTuple_GetItem(row, 2), *record = PyTuple_GetItem(row, 3);
    PyObject *before = PyList_GetItem(known, 1), *place = PyList_GetItem(known, 2);
    PyObject *due, *name;
    long long number = number_of(PyTuple_GetItem(row, 1));
    char buffer[MOST + NUMBER];

    if (number < 0 || number != number_of(PyList_GetItem(known, 0)) ||
        !PyBytes_CheckExact(own) || PyBytes_Size(own) != HASH ||
        !PyBytes_CheckExact(leaf) || PyBytes_Size(leaf) != HASH ||
        !PyBytes_CheckExact(place) || PyBytes_Size(place) > MOST ||
        !PyBytes_CheckExact(record) || !PyBytes_CheckExact(before)) {
        return 0;
    }
    if (memcmp(PyBytes_AsString(own), PyBytes_AsString(leaf), HASH) != 0 ||
        !is_in(text_of(record), numbered(text_of(place), number, buffer), &hints[0], 0) ||
        !is_in(text_of(record), text_of(before), &hints[1], 1)) {
        return 0;
    }
    due = PyLong_FromLongLong(number + 1);
    name = name_of(PyBytes_AsString(own));
    if (due == NULL || name == NULL) {
        Py_XDECREF(due);
        Py_XDECREF(name);
        return -1;
    }
    return PyList_SetItem(known, 0, due) || PyList_SetItem(known, 1, name) ? -1 : 1;
}

/* The same of a row, whatever it is. */
static int look(PyObject *row, PyObject *found, Py_ssize_t at, PyObject *heads, Py_ssize_t hints[2])
{
    PyObject *own, *known;

    if (!PyTuple_CheckExact(row) || PyTuple_Size(row) != 4 ||
        !PyUnicode_CheckExact(PyTuple_GetItem(row, 0))) {
        return 0;
    }
    known = PyDict_GetItemWithError(heads, PyTuple_GetItem(row, 0)); /* can run Python */
    if (known == NULL || !PyList_CheckExact(known) || PyList_Size(known) != 3) {
        return PyErr_Occurred() ? -1 : 0;
    }
    own = PyList_GetItem(found, at);
    return own != NULL ? follow(row, own, known, hints) : -1;
}

/* plain(rows, found, heads, at): where, from `at` on, the first is that is not plainly right. */
static PyObject *plain(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *rows, *found, *heads, *row;
    Py_ssize_t at, hints[2] = {0, 0};
    int right = 1;

    if (!PyArg_ParseTuple(args, "O!O!O!n", &PyList_Type, &rows, &PyList_Type, &found,
                          &PyDict_Type, &heads, &at)) {
        return NULL;
    }
    for (; at < PyList_Size(rows); at++) {
        row = PyList_GetItem(rows, at);
        if (row == NULL) {
            return NULL;
        }
        Py_INCREF(row);
        right = look(row, found, at, heads, hints);
        Py_DECREF(row);
        if (right != 1) {
            break;
        }
    }
    return right < 0 ? NULL : PyLong_FromSsize_t(at);
}

/* -- records, cut where those that are alike differ -------------------------------------- */

enum { TIME = 27, SEAL = 43, DIGITS = 15 }; /* bytes of a time, of a digest; of a number at most */

#define TEXT(literal) {literal, sizeof literal - 1}
static const Text COMMA = TEXT(","), PLACE = TEXT("\"cseq\":"),
                  OCCURRED = TEXT(",\"occurred\":\""), PREV = TEXT("\"prev\":"),
                  NONE = TEXT("null,"), RECORDED = TEXT("\"recorded\":\""),
                  SEALED = TEXT("{\"sd\":\""), SHAPE = TEXT("0000-00-00T00:00:00.000000Z"),
                  DUE[] = {TEXT("\"drill\":false,\"due\":\""), TEXT("\"drill\":true,\"due\":\"")},
                  HOLE = {"\0", 1}, LATE = {"\1", 1};

static Text first(Text text, Py_ssize_t size)
{
    return (Text){text.bytes, size < text.size ? size : text.size};
}

static Text behind(Text text, Py_ssize_t size)
{
    size = size < text.size ? size : text.size;
    return (Text){text.bytes + size, text.size - size};
}

/* Take off the data what stands before a text, and that text; 0: it is not there. */
static int take(Text *data, Text until, Text *before)
{
    const char *at = data->bytes, *end = at + data->size;

    while (end - at >= until.size &&
           (at = memchr(at, until.bytes[0], (size_t)(end - at - until.size + 1))) != NULL) {
        if (memcmp(at, until.bytes, (size_t)until.size) == 0) {
            *before = first(*data, at - data->bytes);
            *data = behind(*data, before->size + until.size);
            return 1;
        }
        at++;
    }
    return 0;
}

static int is_digit(char byte)
{
    return '0' <= byte && byte <= '9';
}

static int is_alphanumeric(char byte)
{
    return is_digit(byte) || ('a' <= (byte | 32) && (byte | 32) <= 'z');
}

static int is_time(Text text)
{
    int is = text.size >= TIME;

    for (int at = 0; is && at < TIME; at++) {
        char byte = text.bytes[at], like = SHAPE.bytes[at];

        is = like == '0' ? is_digit(byte) : byte == like;
    }
    return is;
}

static int is_hash(Text text)
{
    int is = text.size > 0;

    for (Py_ssize_t at = 0; is && at < text.size; at++) {
        is = is_alphanumeric(text.bytes[at]);
    }
    return is;
}

/* Take a hash off, or that there is none, up to what only that can go on with. */
static int take_hash(Text *text)
{
    Py_ssize_t end = 1 + 2 * HASH;

    if (text->size >= NONE.size && memcmp(text->bytes, NONE.bytes, (size_t)NONE.size) == 0) {
        *text = behind(*text, NONE.size - 1);
        return 1;
    }
    if (text->size <= end || text->bytes[0] != '"' || text->bytes[end] != '"' ||
        !is_hash((Text){text->bytes + 1, 2 * HASH})) {
        return 0;
    }
    *text = behind(*text, end);
    return 1;
}

/* A whole number as JSON has it, of which a parser makes no other. */
static int is_number(Text text)
{
    int is = 0 < text.size && text.size <= DIGITS && (text.bytes[0] != '0' || text.size == 1);

    for (Py_ssize_t at = 0; is && at < text.size; at++) {
        is = is_digit(text.bytes[at]);
    }
    return is;
}

/* 1: letters, digits, `-` and `_`; 0: none of the first two; -1: something else. */
static int is_seal(Text text)
{
    int is = 0;

    for (Py_ssize_t at = 0; is >= 0 && at < text.size; at++) {
        char byte = text.bytes[at];

        if (is_alphanumeric(byte)) {
            is = 1;
        } else if (byte != '-' && byte != '_') {
            is = -1;
        }
    }
    return is;
}

static char *put(char *to, Text text)
{
    memmove(to, text.bytes, (size_t)text.size);
    return to + text.size;
}

/* Take the digests out, where there are any: what is behind them moves up. None: they are
 * not as the engine writes them. */
static PyObject *seals_in(char *bytes, char **end)
{
    Text left = {bytes, *end - bytes}, part, text;
    PyObject *seals, *seal;
    int more = take(&left, SEALED, &part), any = 0;

    if (!more) {
        return PyTuple_New(0);
    }
    seals = PyList_New(0);
    *end = bytes + part.size;
    while (more && seals != NULL && any >= 0) {
        *end = put(*end, SEALED);
        more = take(&left, SEALED, &part);
        part = more ? part : left;
        text = first(part, SEAL);
        any |= is_seal(text);
        seal = any >= 0 ? PyUnicode_FromStringAndSize(text.bytes, text.size) : Py_NewRef(Py_None);
        if (seal == NULL || PyList_Append(seals, seal) < 0) {
            Py_CLEAR(seals);
        }
        Py_XDECREF(seal);
        *end = put(*end, behind(part, SEAL));
    }
    if (seals != NULL && any <= 0) {
        Py_DECREF(seals);
        Py_RETURN_NONE;
    }
    return seals;
}

/* How much stands before the time at which a deadline was due; 0: there is none. */
static Py_ssize_t due_in(Text text)
{
    for (int drill = 0; drill < 2; drill++) {
        Py_ssize_t size = DUE[drill].size;

        if (text.size >= size && memcmp(text.bytes, DUE[drill].bytes, (size_t)size) == 0) {
            return size;
        }
    }
    return 0;
}

enum { PARTS = 13 };

/* Put together what is left, and give it with what was in the holes. */
static PyObject *parted(const Text parts[PARTS], Text occurred, Text recorded, Text due)
{
    Py_ssize_t size = 0;
    char *room, *end;
    PyObject *seals, *found;

    for (int each = 0; each < PARTS; each++) {
        size += parts[each].size;
    }
    end = room = PyMem_Malloc((size_t)size);
    if (room == NULL) {
        return PyErr_NoMemory();
    }
    for (int each = 0; each < PARTS; each++) {
        end = put(end, parts[each]);
    }
    found = seals = seals_in(room, &end);
    if (seals != NULL && seals != Py_None) {
        found = Py_BuildValue("y#s#s#Nz#", room, end - room, occurred.bytes, occurred.size,
                              recorded.bytes, recorded.size, seals, due.bytes, due.size);
    }
    PyMem_Free(room);
    return found;
}

/* cut(mark, data): as `cut` of `audit.legal.cut` has it. */
static PyObject *cut(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t count)
{
    Text data, number, head, between, before, happened, hashed, after = TEXT("");
    Text due = {NULL, 0};
    Py_ssize_t late;

    if (count != 2 || !PyBytes_Check(args[0]) || !PyBytes_Check(args[1])) {
        PyErr_SetString(PyExc_TypeError, "cut takes two bytes objects");
        return NULL;
    }
    data = text_of(args[1]);
    if (!(take(&data, text_of(args[0]), &head) && take(&data, PLACE, &between) &&
          take(&data, COMMA, &number) && take(&data, OCCURRED, &before) &&
          take(&data, PREV, &happened) && take(&data, RECORDED, &hashed) &&
          is_time(happened) && is_time(data) && take_hash(&hashed) && is_number(number))) {
        Py_RETURN_NONE;
    }
    late = due_in(before);
    if (late) {
        due = first(behind(before, late), TIME);
        after = behind(before, late + TIME);
        before = first(before, late);
        if (!is_time(due)) {
            Py_RETURN_NONE;
        }
    }
    return parted((const Text[PARTS]){head, HOLE, between, HOLE, before, late ? LATE : after,
                                      after, HOLE, behind(happened, TIME), HOLE, hashed, HOLE,
                                      behind(data, TIME)},
                  first(happened, TIME), first(data, TIME), due);
}

/* -- the module ------------------------------------------------------------------------ */

static int execute(PyObject *module)
{
    EVP_MD_CTX *context = begin(); /* where OpenSSL refuses, this is no module */

    EVP_MD_CTX_free(context);
    return context != NULL ? PyModule_AddStringConstant(module, "SOURCE", SOURCE) : -1;
}

static PyMethodDef functions[] = {
    {"leaf_hashes", leaf_hashes, METH_O, NULL},
    {"node_hashes", node_hashes, METH_O, NULL},
    {"plain", plain, METH_VARARGS, NULL},
    {"cut", (PyCFunction)(void (*)(void))cut, METH_FASTCALL, NULL},
    {NULL, NULL, 0, NULL},
};
static PyModuleDef_Slot slots[] = {{Py_mod_exec, execute}, {0, NULL}};
static struct PyModuleDef definition = {
    .m_base = PyModuleDef_HEAD_INIT,
    .m_name = "_many",
    .m_methods = functions,
    .m_slots = slots,
};

PyMODINIT_FUNC PyInit__many(void)
{
    return PyModuleDef_Init(&definition);
}
