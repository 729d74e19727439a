/* surmise_plugin_v1.h - the C ABI of Surmise model plugins, major 1, minor 0 (a draft until release 1.0 freezes it).
 * 64-bit little-endian only. Rules:
 *  R1  The only exported symbol is surmise_plugin_entry_v1. A new major is a new symbol; one library may export both.
 *  R2  A struct that may grow starts with struct_size, has no implicit padding, and grows at the END only (a new minor).
 *      A reader copies min(struct_size, sizeof(own)) bytes into a zeroed local and treats a zero pointer as "not there".
 *  R3  No C enum, no bool, no struct passed by value, no varargs, no errno, no FILE*, no longjmp/exception across a call.
 *  R4  Everything a pointer argument reaches is borrowed for that call only. Nobody frees the other side's memory.
 *  R5  Text is UTF-8, given by pointer+length, not NUL-terminated.
 *  R6  Threads: [load] once, single-threaded. [exclusive] never two at a time on one instance, maybe on different OS
 *      threads over time. [any] any thread at any time. Distinct instances may run at once only if the descriptor says so.
 */
#ifndef SURMISE_PLUGIN_V1_H
#define SURMISE_PLUGIN_V1_H
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif
#define SURMISE_ABI_MAJOR 1u
#define SURMISE_ABI_MINOR 0u

/* status: >= 0 the call did its work, < 0 it did not */
#define SURMISE_OK                  0
#define SURMISE_STOPPED             1   /* fit ended early because report said STOP; the model is usable */
#define SURMISE_E_INVALID          -1   /* hyperparameters or data refused */
#define SURMISE_E_UNSUPPORTED      -2
#define SURMISE_E_NOT_FITTED       -3
#define SURMISE_E_NUMERIC          -4   /* diverged, singular, ... */
#define SURMISE_E_NOMEM            -5
#define SURMISE_E_IO               -6   /* a reader/writer callback failed */
#define SURMISE_E_BAD_STATE        -7   /* load: not bytes of this model, or of a newer one */
#define SURMISE_E_CANCELLED        -8
#define SURMISE_E_PANIC            -9   /* instance is poisoned: only destroy is allowed now */
#define SURMISE_E_INTERNAL        -10

#define SURMISE_CONTINUE 0
#define SURMISE_STOP     1              /* pruned or early-stopped: finish quickly, keep the best model */
#define SURMISE_CANCEL   2              /* abandon, return SURMISE_E_CANCELLED */

#define SURMISE_F32 1u
#define SURMISE_F64 2u
#define SURMISE_I32 3u
#define SURMISE_I64 4u
#define SURMISE_U32 5u
#define SURMISE_U8  6u

#define SURMISE_LAYOUT_ROWS    1u       /* dense; row_stride >= cols, col_stride == 1 */
#define SURMISE_LAYOUT_COLS    2u       /* dense; col_stride >= rows, row_stride == 1 */
#define SURMISE_LAYOUT_CSR     3u
#define SURMISE_LAYOUT_COLUMNS 4u       /* typed columns: categorical codes, validity bitmaps */

#define SURMISE_COL_NUMBER   1u         /* f32/f64, missing = NaN (or validity bit 0) */
#define SURMISE_COL_CATEGORY 2u         /* i32 codes 0..n_categories-1, missing = -1 */
#define SURMISE_COL_BOOL     3u         /* u8 0/1, missing = validity bit 0 */

#define SURMISE_PREDICT_VALUE    1u     /* n_rows x n_outputs; for classes: the class code */
#define SURMISE_PREDICT_PROBA    2u     /* n_rows x n_classes, each row sums to 1 */
#define SURMISE_PREDICT_DECISION 3u     /* two classes: n_rows x 1, > 0 means class 1; more: n_rows x n_classes */
#define SURMISE_PREDICT_QUANTILE 4u

typedef struct SurmiseStr { const char *ptr; uint64_t len; } SurmiseStr;

typedef struct SurmiseMatrix {          /* strides in ELEMENTS, as in DLPack */
  const void *data; uint64_t rows, cols; int64_t row_stride, col_stride; uint32_t dtype, flags;
} SurmiseMatrix;

typedef struct SurmiseCsr {             /* sorted, unique column indices per row */
  const uint64_t *indptr; const uint32_t *indices; const void *values; uint64_t nnz; uint32_t dtype, flags;
} SurmiseCsr;

typedef struct SurmiseColumn {          /* buffers laid out as Arrow lays them out: validity LSB first, 1 = present */
  SurmiseStr name; uint32_t kind, dtype; const void *data; const uint8_t *validity;
  uint64_t n_categories; const SurmiseStr *categories;
} SurmiseColumn;

typedef struct SurmiseDataset {
  uint64_t struct_size, n_rows, n_features;
  uint32_t layout, flags;
  SurmiseMatrix dense;                  /* LAYOUT_ROWS / LAYOUT_COLS */
  SurmiseCsr csr;                       /* LAYOUT_CSR */
  const SurmiseColumn *columns;         /* LAYOUT_COLUMNS: n_features of them; else names only, or NULL */
  SurmiseMatrix target;                 /* f64 values, or u32 class codes; data == NULL when predicting */
  uint64_t n_classes; const SurmiseStr *classes;
  const double *weights;                /* n_rows, finite, >= 0; NULL = all 1 */
  const uint64_t *group_offsets; uint64_t n_groups;
} SurmiseDataset;

typedef struct SurmiseMetric { SurmiseStr name; double value; } SurmiseMetric;
typedef struct SurmiseReport {
  uint64_t struct_size, step;           /* step strictly increases */
  const SurmiseMetric *metrics; uint64_t n_metrics;
  const double *valid_pred; uint64_t n_valid_pred;   /* optional: the HOST then computes the metric itself */
} SurmiseReport;

typedef struct SurmiseFitOptions {
  uint64_t struct_size, seed; uint32_t n_threads, flags;
  uint64_t deadline_ns;                 /* CLOCK_MONOTONIC; 0 = none */
  uint64_t max_steps;                   /* 0 = the hyperparameters decide */
} SurmiseFitOptions;

typedef struct SurmiseHost {            /* lives until the last instance made with it is destroyed; all [any] but report */
  uint64_t struct_size; uint32_t abi_major, abi_minor; void *ctx;
  void    (*log)(void *ctx, int32_t level, const char *msg, uint64_t len);        /* 0 error, 1 warning, 2 info, 3.. debug */
  void    (*set_error)(void *ctx, int32_t code, const char *msg, uint64_t len);  /* copied before it returns */
  int32_t (*report)(void *ctx, const SurmiseReport *r);                           /* [the thread that runs fit] */
  int32_t (*should_stop)(void *ctx);                                              /* cheap: poll in inner loops */
  const void *(*get_extension)(void *ctx, const char *id, uint64_t len);          /* "surmise.parallel/1", ... */
} SurmiseHost;

typedef struct SurmiseWriter { uint64_t struct_size; void *ctx;
  int32_t (*write)(void *ctx, const void *data, uint64_t len); } SurmiseWriter;   /* 0 or negative status */
typedef struct SurmiseReader { uint64_t struct_size; void *ctx;
  int64_t (*read)(void *ctx, void *buf, uint64_t len); } SurmiseReader;           /* may be short; 0 = end; < 0 = error */

typedef struct SurmiseInstance SurmiseInstance;   /* opaque, the plugin's own */

typedef struct SurmiseModel {
  uint64_t struct_size; SurmiseStr id;
  int32_t (*create)(const SurmiseHost *h, const char *params_json, uint64_t len, SurmiseInstance **out);      /* [any] */
  int32_t (*fit)(SurmiseInstance *i, const SurmiseFitOptions *o, const SurmiseDataset *train,
                 const SurmiseDataset *valid /* may be NULL */);                                               /* [exclusive] */
  int32_t (*predict)(SurmiseInstance *i, const SurmiseDataset *x, uint32_t kind, double *out, uint64_t out_len); /* [exclusive] */
  int32_t (*save)(SurmiseInstance *i, const SurmiseWriter *w);                                                 /* [exclusive] */
  int32_t (*load)(const SurmiseHost *h, const SurmiseReader *r, SurmiseInstance **out);                        /* [any] */
  void    (*destroy)(SurmiseInstance *i);                                                                      /* [exclusive], NULL is fine */
  const void *(*get_extension)(const char *id, uint64_t len);                                                  /* [any], may be NULL */
} SurmiseModel;

typedef struct SurmisePlugin {
  uint64_t struct_size; uint32_t abi_major, abi_minor;
  SurmiseStr descriptor;                /* JSON, static storage, <= 256 KiB; ids are [a-z][a-z0-9_.-]{0,63},
                                           hyperparameters [A-Za-z_][A-Za-z0-9_]{0,63} */
  const SurmiseModel *const *models; uint64_t n_models;
} SurmisePlugin;

#if defined(_WIN32)
#  define SURMISE_EXPORT __declspec(dllexport)
#else
#  define SURMISE_EXPORT __attribute__((visibility("default")))
#endif
/* [load] Must be cheap: no threads, no files, no output. NULL = this host is too old or too new. */
SURMISE_EXPORT const SurmisePlugin *surmise_plugin_entry_v1(uint32_t host_minor);

#ifdef __cplusplus
}
#endif
#endif
