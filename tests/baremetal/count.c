/*
 * A plugin for QEMU that counts the instructions of each call of some functions, exactly: from the function's first instruction to
 * the one after the call, whatever it calls in between.
 *
 * Arguments: table=FILE, lines of `address name`, hexadecimal; out=FILE, where the counts go at the end.
 * A caller must not leave by a tail call into a counted function: then nobody returns to behind the call.
 *
 * Debian ships no header for QEMU's plugins; what is used of the interface is declared here. PLUGIN_API is its version: 1 for
 * QEMU 5 to 8, 2 and more later.
 */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT __attribute__((__visibility__("default")))

typedef uint64_t plugin_id;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
extern void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id, void (*)(plugin_id, struct qemu_plugin_tb *));
extern void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *, void (*)(unsigned, void *), int, void *);
extern void qemu_plugin_register_atexit_cb(plugin_id, void (*)(plugin_id, void *), void *);
extern size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *);
extern struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *, size_t);
extern uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *);
extern size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *);

EXPORT int qemu_plugin_version = PLUGIN_API;

/* A counted function. */
struct function {
    uint64_t address;
    uint64_t calls, most;
    char name[64];
};

/* An instruction of the program, as QEMU translated it. */
struct instruction {
    uint64_t address, behind;
    struct function *starts; /* the counted function whose first instruction it is */
};

static struct function functions[64];
static size_t known;
static const char *out;

/* The call that is being counted, if `callee` says so. */
static struct function *callee;
static uint64_t returns_to, count;
static const struct instruction *last;

static void step(unsigned processor, void *data)
{
    const struct instruction *now = data;
    (void)processor;
    if (callee && now->address == returns_to) {
        callee->calls++;
        if (count > callee->most)
            callee->most = count;
        callee = NULL;
    }
    if (!callee && now->starts && last) {
        callee = now->starts;
        returns_to = last->behind;
        count = 0;
    }
    count++;
    last = now;
}

static void translated(plugin_id id, struct qemu_plugin_tb *block)
{
    (void)id;
    for (size_t i = 0; i < qemu_plugin_tb_n_insns(block); i++) {
        struct qemu_plugin_insn *source = qemu_plugin_tb_get_insn(block, i);
        /* Lives as long as the translation may run: to the end. */
        struct instruction *instruction = calloc(1, sizeof *instruction);
        if (!instruction)
            abort();
        instruction->address = qemu_plugin_insn_vaddr(source);
        instruction->behind = instruction->address + qemu_plugin_insn_size(source);
        for (size_t at = 0; at < known; at++)
            if (functions[at].address == instruction->address)
                instruction->starts = &functions[at];
        qemu_plugin_register_vcpu_insn_exec_cb(source, step, 0, instruction);
    }
}

static void finished(plugin_id id, void *data)
{
    (void)id, (void)data;
    FILE *file = fopen(out, "w");
    if (!file)
        abort();
    for (size_t at = 0; at < known; at++)
        fprintf(file, "%s %" PRIu64 " %" PRIu64 "\n", functions[at].name, functions[at].calls, functions[at].most);
    fclose(file);
}

EXPORT int qemu_plugin_install(plugin_id id, const void *info, int count_of, char **arguments)
{
    (void)info;
    FILE *table = NULL;
    for (int i = 0; i < count_of; i++) {
        if (strncmp(arguments[i], "table=", 6) == 0)
            table = fopen(arguments[i] + 6, "r");
        else if (strncmp(arguments[i], "out=", 4) == 0)
            out = strdup(arguments[i] + 4);
    }
    if (!table || !out) {
        fprintf(stderr, "count: needs table=FILE, which can be read, and out=FILE\n");
        return -1;
    }
    for (struct function *next = functions; known < sizeof functions / sizeof *functions; next++, known++) {
        if (fscanf(table, "%" SCNx64 " %63s", &next->address, next->name) != 2)
            break;
        next->address &= ~UINT64_C(1); /* Thumb's mark */
    }
    fclose(table);
    qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
    qemu_plugin_register_atexit_cb(id, finished, NULL);
    return 0;
}
