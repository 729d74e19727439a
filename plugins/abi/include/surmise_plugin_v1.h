/* surmise_plugin_v1.h - the C ABI of Surmise model plugins, major 1, minor 0 (a draft until release 1.0 freezes it).
 * Made from the Rust crate surmise-plugin-abi; do not edit.
 *
 * 64-bit little-endian machines only. What the types cannot say:
 *
 * - R1: The only exported symbol is surmise_plugin_entry_v1. A new major is a new symbol; one library may
 *   export both.
 * - R2: A struct that may grow starts with struct_size, has no implicit padding, and grows at the end only, in
 *   a new minor. A reader copies the smaller of struct_size and its own size into a zeroed local and treats
 *   what is zero as not there. Reserved fields are zero.
 * - R3: No C enum, no bool, no struct passed by value, no variable arguments, no errno, no FILE *; neither
 *   longjmp nor an exception nor a panic crosses a call.
 * - R4: What a pointer argument reaches is borrowed for that call only. What a callee writes overlaps nothing
 *   else that it is given. Nobody frees the other side's memory. The tables and the descriptor lie in static
 *   storage.
 * - R5: Text is UTF-8 by pointer and length, not NUL-terminated.
 * - R6: Threads. [load]: once, and nothing else runs. [exclusive]: never two at a time on one instance,
 *   perhaps on different threads over time. [any]: on any thread at any time. Distinct instances run at once
 *   only where the descriptor has the cap parallel_instances.
 * - R7: A status from 0 up says that the call did its work, below 0 that it did not. A side that meets a number
 *   it does not know survives it.
 * - R8: Missing values: NaN in floats, -1 in category codes, validity bit 0 elsewhere. Infinity never comes.
 *   fit always has a row.
 * - R9: What is optional is an extension: get_extension answers an id with a table, or with NULL for an id
 *   that it does not know in every byte. surmise.NAME/REVISION is as stable as the rest;
 *   surmise.draft.NAME/0 may change or vanish in any release.
 * - R10: A plugin joins its threads before a call returns, and leaves alone what is the process's: signal
 *   handlers, locale, working folder, environment, floating-point mode, standard streams.
 */
#ifndef SURMISE_PLUGIN_V1_H
#define SURMISE_PLUGIN_V1_H
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

#define SURMISE_ABI_MAJOR 1u         /* The version that a plugin and a host must agree on. */
#define SURMISE_ABI_MINOR 0u         /* The version that only adds fields at the end of structs. */
#define SURMISE_ENTRY_NAME "surmise_plugin_entry_v1" /* The one symbol that a plugin exports. */

#define SURMISE_OK 0                 /* The call did its work. */
/* fit ended early because report or should_stop said so; the model is usable. */
#define SURMISE_STOPPED 1
#define SURMISE_E_INVALID -1         /* Hyperparameters or data were refused. */
#define SURMISE_E_UNSUPPORTED -2     /* The model cannot do that. */
#define SURMISE_E_NOT_FITTED -3      /* The instance was not fitted yet. */
#define SURMISE_E_NUMERIC -4         /* The computation diverged or met a singular matrix. */
#define SURMISE_E_NOMEM -5           /* Out of memory. */
#define SURMISE_E_IO -6              /* A reader or writer callback failed. */
/* load was given bytes that are not a state of this model, or of a newer one. */
#define SURMISE_E_BAD_STATE -7
#define SURMISE_E_CANCELLED -8       /* The host asked to abandon the call. */
/* The plugin panicked: the instance is poisoned and only destroy is allowed now. */
#define SURMISE_E_PANIC -9
#define SURMISE_E_INTERNAL -10       /* A bug in the plugin. */

#define SURMISE_CONTINUE 0           /* Verdict of report and should_stop: go on. */
#define SURMISE_STOP 1               /* Verdict: finish soon and keep the best model so far. */
#define SURMISE_CANCEL 2             /* Verdict: abandon, return SURMISE_E_CANCELLED. */

#define SURMISE_F32 1u               /* Element type: 32-bit float. */
#define SURMISE_F64 2u               /* Element type: 64-bit float. */
#define SURMISE_I32 3u               /* Element type: 32-bit signed integer. */
#define SURMISE_I64 4u               /* Element type: 64-bit signed integer. */
#define SURMISE_U32 5u               /* Element type: 32-bit unsigned integer. */
#define SURMISE_U8 6u                /* Element type: byte. */

#define SURMISE_LAYOUT_ROWS 1u       /* Dense row-major: row_stride >= cols, col_stride == 1. */
#define SURMISE_LAYOUT_COLS 2u       /* Dense column-major: col_stride >= rows, row_stride == 1. */
#define SURMISE_LAYOUT_CSR 3u        /* Compressed sparse rows. */
#define SURMISE_LAYOUT_COLUMNS 4u    /* Typed columns with categories and validity bitmaps. */

#define SURMISE_COL_NUMBER 1u        /* Column of numbers; missing is NaN, or validity bit 0. */
/* Column of i32 codes of the training rows' categories; one that is missing, or not among them, is -1. */
#define SURMISE_COL_CATEGORY 2u
#define SURMISE_COL_BOOL 3u          /* Column of u8 0 or 1; missing is validity bit 0. */

#define SURMISE_PREDICT_VALUE 1u     /* Predict values, n_rows x n_targets; for classes the class code. */
#define SURMISE_PREDICT_PROBA 2u     /* Predict class probabilities: n_rows x n_classes, each row sums to 1. */
/* Predict decision scores: one column for two classes (positive means class 1), else one a class. */
#define SURMISE_PREDICT_DECISION 3u

/* UTF-8 text by pointer and length, not NUL-terminated. */
typedef struct SurmiseStr {
  const char *ptr;                   /* First byte; may be null when len is 0. */
  uint64_t len;                      /* Number of bytes. */
} SurmiseStr;

/* A dense matrix; strides are in elements. */
typedef struct SurmiseMatrix {
  const void *data;                  /* First element; null means that there is no matrix. */
  uint64_t rows;                     /* Number of rows. */
  uint64_t cols;                     /* Number of columns. */
  int64_t row_stride;                /* Elements from one row to the next. */
  int64_t col_stride;                /* Elements from one column to the next. */
  uint32_t dtype;                    /* Element type, such as SURMISE_F64. */
  uint32_t flags;                    /* Zero. */
} SurmiseMatrix;

/* A matrix in compressed sparse rows; column indices are sorted and unique in each row. */
typedef struct SurmiseCsr {
  const uint64_t *indptr;            /* n_rows + 1 offsets into indices and values. */
  const uint32_t *indices;           /* Column of each stored value. */
  const void *values;                /* The stored values. */
  uint64_t nnz;                      /* Number of stored values. */
  uint32_t dtype;                    /* Element type of values. */
  uint32_t flags;                    /* Zero. */
} SurmiseCsr;

/* One typed column, its buffers laid out as Arrow lays them out. */
typedef struct SurmiseColumn {
  SurmiseStr name;                   /* The column's name. */
  uint32_t kind;                     /* What it holds, such as SURMISE_COL_NUMBER. */
  uint32_t dtype;                    /* Element type. */
  const void *data;                  /* The elements; null where only the name is given. */
  const uint8_t *validity;           /* Bitmap, least significant bit first, 1 = present; null = all present. */
  uint64_t n_categories;             /* Number of categories. */
  const SurmiseStr *categories;      /* Their names. */
} SurmiseColumn;

/* Rows of features, with their target when fitting. */
typedef struct SurmiseDataset {
  uint64_t struct_size;              /* Size of this struct in bytes, as its maker knows it. */
  uint64_t n_rows;                   /* Number of rows. */
  uint64_t n_features;               /* Number of features. */
  /* Which of the views below holds the features, such as SURMISE_LAYOUT_ROWS. */
  uint32_t layout;
  uint32_t flags;                    /* Zero. */
  SurmiseMatrix dense;               /* Features, for the dense layouts. */
  SurmiseCsr csr;                    /* Features, for the sparse layout. */
  const SurmiseColumn *columns;      /* Features, for the column layout; elsewhere their names only, or null. */
  SurmiseMatrix target;              /* f64 values or u32 class codes; data is null when predicting. */
  uint64_t n_classes;                /* Number of classes; 0 for regression. */
  const SurmiseStr *classes;         /* Their names. */
  const double *weights;             /* A weight for each row, finite and not negative; null = all 1. */
  const uint64_t *group_offsets;     /* n_groups + 1 offsets of groups of adjacent rows, or null. */
  uint64_t n_groups;                 /* Number of groups. */
} SurmiseDataset;

/* A named number in a SurmiseReport. */
typedef struct SurmiseMetric {
  SurmiseStr name;                   /* Its name. */
  double value;                      /* Its value; NaN is recorded as "diverged". */
} SurmiseMetric;

/* The progress of a fit. */
typedef struct SurmiseReport {
  uint64_t struct_size;              /* Size of this struct in bytes, as its maker knows it. */
  uint64_t step;                     /* Strictly increasing. */
  const SurmiseMetric *metrics;      /* What was measured. */
  uint64_t n_metrics;                /* How many. */
  /* Predictions for the validation rows, from which the host computes the score itself; or null. */
  const double *valid_pred;
  uint64_t n_valid_pred;             /* How many. */
} SurmiseReport;

/* What a fit may use. */
typedef struct SurmiseFitOptions {
  uint64_t struct_size;              /* Size of this struct in bytes, as its maker knows it. */
  uint64_t seed;                     /* The only source of randomness. */
  uint32_t n_threads;                /* How many threads the fit may use. */
  uint32_t flags;                    /* Zero. */
  uint64_t deadline_ns;              /* CLOCK_MONOTONIC nanoseconds; 0 = none. */
  uint64_t max_steps;                /* 0 = the hyperparameters decide. */
} SurmiseFitOptions;

/* Takes a log line; the level is 0 error, 1 warning, 2 info, 3 and more debug. [any] */
typedef void (*SurmiseHostLog)(void *ctx, int32_t level, const char *text, uint64_t len);

/* Takes the text that explains a negative status, copied before it returns. [any] */
typedef void (*SurmiseHostSetError)(void *ctx, int32_t status, const char *text, uint64_t len);

/* Takes a SurmiseReport, answers with a verdict such as SURMISE_STOP. Only from the thread that runs fit. */
typedef int32_t (*SurmiseHostReport)(void *ctx, const SurmiseReport *report);

/* Answers with a verdict; cheap enough for inner loops. [any] */
typedef int32_t (*SurmiseHostShouldStop)(void *ctx);

/* An optional service by its id, or null. [any] */
typedef const void *(*SurmiseHostGetExtension)(void *ctx, const char *id, uint64_t len);

/* The host's services. Lives until the last instance made with it is destroyed. */
typedef struct SurmiseHost {
  uint64_t struct_size;              /* Size of this struct in bytes, as its maker knows it. */
  uint32_t abi_major;                /* The host's major version. */
  uint32_t abi_minor;                /* The host's minor version. */
  void *ctx;                         /* Passed back as the first argument of each function. */
  SurmiseHostLog log;
  SurmiseHostSetError set_error;
  SurmiseHostReport report;
  SurmiseHostShouldStop should_stop;
  SurmiseHostGetExtension get_extension;
} SurmiseHost;

/* Takes all bytes: 0, or a negative status. */
typedef int32_t (*SurmiseWriterWrite)(void *ctx, const void *data, uint64_t len);

/* Fills some of the buffer: the number of bytes, 0 at the end, or a negative status. */
typedef int64_t (*SurmiseReaderRead)(void *ctx, void *buffer, uint64_t len);

/* Where save writes. */
typedef struct SurmiseWriter {
  uint64_t struct_size;              /* Size of this struct in bytes, as its maker knows it. */
  void *ctx;                         /* Passed back as the first argument. */
  SurmiseWriterWrite write;
} SurmiseWriter;

/* Where load reads. */
typedef struct SurmiseReader {
  uint64_t struct_size;              /* Size of this struct in bytes, as its maker knows it. */
  void *ctx;                         /* Passed back as the first argument. */
  SurmiseReaderRead read;
} SurmiseReader;

/* A model being fitted or already fitted: the plugin's own, opaque to the host. */
typedef struct SurmiseInstance SurmiseInstance;

/* Makes an instance from complete, checked hyperparameters: a JSON object. [any] */
typedef int32_t (*SurmiseCreate)(
    const SurmiseHost *host,
    const char *params_json,
    uint64_t len,
    SurmiseInstance **out);

/* Fits an instance. valid is the validation set, or null: always for a model without the cap validation.
   [exclusive] */
typedef int32_t (*SurmiseFit)(
    SurmiseInstance *instance,
    const SurmiseFitOptions *options,
    const SurmiseDataset *train,
    const SurmiseDataset *valid);

/* Predicts into out_len values that the host made: kind is one such as SURMISE_PREDICT_VALUE. x may have no row.
   [exclusive] */
typedef int32_t (*SurmisePredict)(
    SurmiseInstance *instance,
    const SurmiseDataset *x,
    uint32_t kind,
    double *out,
    uint64_t out_len);

/* Writes the fitted state: the same bytes each time. [exclusive] */
typedef int32_t (*SurmiseSave)(SurmiseInstance *instance, const SurmiseWriter *writer);

/* Makes a fitted instance from a saved state, whose bytes it must not trust. [any] */
typedef int32_t (*SurmiseLoad)(const SurmiseHost *host, const SurmiseReader *reader, SurmiseInstance **out);

/* Frees an instance; null is fine. [exclusive] */
typedef void (*SurmiseDestroy)(SurmiseInstance *instance);

/* An optional ability by its id, or null. [any] */
typedef const void *(*SurmiseGetExtension)(const char *id, uint64_t len);

/* The functions of one model, in static storage. All but get_extension are required. */
typedef struct SurmiseModel {
  uint64_t struct_size;              /* Size of this struct in bytes, as its maker knows it. */
  SurmiseStr id;                     /* The id that the descriptor lists. */
  SurmiseCreate create;
  SurmiseFit fit;
  SurmisePredict predict;
  SurmiseSave save;
  SurmiseLoad load;
  SurmiseDestroy destroy;
  SurmiseGetExtension get_extension;
} SurmiseModel;

/* The plugin's table, in static storage. */
typedef struct SurmisePlugin {
  uint64_t struct_size;              /* Size of this struct in bytes, as its maker knows it. */
  uint32_t abi_major;                /* The major version it was built for. */
  uint32_t abi_minor;                /* The minor version it was built for. */
  /* JSON in static storage, at most 256 KiB. Ids are [a-z][a-z0-9_.-]{0,63}, hyperparameters
     [A-Za-z_][A-Za-z0-9_]{0,63}. */
  SurmiseStr descriptor;
  const SurmiseModel *const *models; /* The models. */
  uint64_t n_models;                 /* How many. */
} SurmisePlugin;

#if defined(_WIN32)
#  define SURMISE_EXPORT __declspec(dllexport)
#else
#  define SURMISE_EXPORT __attribute__((visibility("default")))
#endif
/* The exported function. [load] Must be cheap: no threads, no files, no output. Null means that the plugin
   cannot work with a host of this minor version. */
SURMISE_EXPORT const SurmisePlugin *surmise_plugin_entry_v1(uint32_t host_minor);

/* The id that get_extension of a model answers with a SurmiseGradient. */
#define SURMISE_GRADIENT_ID "surmise.gradient/1"

/* Role of a block: weights, which weight decay, L1 and L2 shrink. Row i of the block holds what flows into unit
   i, which max-norm bounds. */
#define SURMISE_ROLE_WEIGHT 1u
/* Role of a block: biases. No regularization touches them, nor any role that a host does not know. */
#define SURMISE_ROLE_BIAS 2u
/* Role of a block: gains, such as those of a batch normalization; left alone like biases. */
#define SURMISE_ROLE_SCALE 3u

/* Flag of a pass: the model trains, so dropout drops and batch statistics are taken and kept. */
#define SURMISE_PASS_TRAIN 1u

/* The data that the model will see, from which its number of parameters follows. */
typedef struct SurmiseGradientShape {
  uint64_t struct_size;              /* Size of this struct in bytes, as its maker knows it. */
  uint64_t n_features;               /* Number of features. */
  uint64_t n_classes;                /* Number of classes; 0 for a regression. */
  uint64_t n_targets;                /* Number of target columns: 1 for classes. */
  /* Element type of features, parameters, state and gradient: SURMISE_F32 or SURMISE_F64, one that the
     descriptor lists under gradient. */
  uint32_t dtype;
  uint32_t flags;                    /* Zero. */
} SurmiseGradientShape;

/* Some adjacent parameters, or some of the state, under a name. Never grows. */
typedef struct SurmiseGradientBlock {
  SurmiseStr name;                   /* Its name, unique among the blocks of its kind. */
  uint64_t offset;                   /* Place of its first element. */
  uint64_t rows;                     /* Number of rows, one for each unit. */
  uint64_t cols;                     /* Number of columns; the block has rows x cols elements, row-major. */
  uint32_t role;                     /* What it holds, such as SURMISE_ROLE_WEIGHT; 0 for state. */
  uint32_t flags;                    /* Zero. */
} SurmiseGradientBlock;

/* How parameters and state are laid out. The host sets struct_size and zeroes the rest, the plugin fills it. The
   blocks follow each other from 0 to the end without gaps; they and their names stay as they are until the next
   begin or destroy. */
typedef struct SurmiseGradientLayout {
  uint64_t struct_size;              /* Size of this struct in bytes, as its maker knows it. */
  uint64_t n_params;                 /* Number of parameters, at least 1. */
  const SurmiseGradientBlock *blocks; /* Blocks of parameters. */
  uint64_t n_blocks;                 /* How many. */
  /* Number of values that change with training but have no slope, such as running means. */
  uint64_t n_state;
  const SurmiseGradientBlock *state_blocks; /* Blocks of state. */
  uint64_t n_state_blocks;           /* How many. */
} SurmiseGradientLayout;

/* How a pass over a batch is made. */
typedef struct SurmiseGradientPass {
  uint64_t struct_size;              /* Size of this struct in bytes, as its maker knows it. */
  uint64_t seed;                     /* The only source of randomness of this pass, such as for dropout. */
  uint32_t flags;                    /* SURMISE_PASS_TRAIN or 0; unknown bits are ignored. */
  uint32_t n_threads;                /* How many threads the pass may use. */
} SurmiseGradientPass;

/* Takes the shape of the data, and fills the layout. */
typedef int32_t (*SurmiseGradientBegin)(
    SurmiseInstance *instance,
    const SurmiseGradientShape *shape,
    SurmiseGradientLayout *layout);

/* Writes where training starts: all parameters and all of the state (null if there is none). The same seed gives
   the same bytes. */
typedef int32_t (*SurmiseGradientInit)(SurmiseInstance *instance, uint64_t seed, void *params, void *state);

/* Writes the mean loss of the rows of a batch, each counted by its weight, and its slope by each parameter (null
   where nobody asks for it). The batch is dense rows of the dtype, with adjacent targets and no names.
   Regularization is the host's and no part of the loss. The state is only written with SURMISE_PASS_TRAIN. */
typedef int32_t (*SurmiseGradientLoss)(
    SurmiseInstance *instance,
    const SurmiseGradientPass *pass,
    const SurmiseDataset *batch,
    const void *params,
    void *state,
    double *loss,
    void *gradient);

/* Writes the outputs for some rows, as predict of a fitted model would: for a regression SURMISE_PREDICT_VALUE,
   n_rows x n_targets; for classes SURMISE_PREDICT_PROBA. A model may answer other kinds with
   SURMISE_E_UNSUPPORTED. */
typedef int32_t (*SurmiseGradientForward)(
    SurmiseInstance *instance,
    const SurmiseGradientPass *pass,
    const SurmiseDataset *x,
    const void *params,
    const void *state,
    uint32_t kind,
    double *out,
    uint64_t out_len);

/* The extension's table, in static storage; every function is required. */
typedef struct SurmiseGradient {
  uint64_t struct_size;              /* Size of this struct in bytes, as its maker knows it. */
  SurmiseGradientBegin begin;
  SurmiseGradientInit init;
  SurmiseGradientLoss loss_and_gradient;
  SurmiseGradientForward forward;
} SurmiseGradient;

/* The id that get_extension of a model answers with an SurmiseImportance. */
#define SURMISE_IMPORTANCE_ID "surmise.importance/1"

/* Writes a number for each feature that the model was fitted with: not negative, finite, larger for what
   mattered more, on a scale of the model's own. [exclusive], after fit or load. */
typedef int32_t (*SurmiseImportanceFeatures)(SurmiseInstance *instance, double *out, uint64_t out_len);

/* The extension's table, in static storage. */
typedef struct SurmiseImportance {
  uint64_t struct_size;              /* Size of this struct in bytes, as its maker knows it. */
  SurmiseImportanceFeatures features;
} SurmiseImportance;

#if defined(__cplusplus) && __cplusplus >= 201103L
#  define SURMISE_ASSERT_SIZE(type, size) static_assert(sizeof(type) == size, "layout of " #type)
#elif defined(__STDC_VERSION__) && __STDC_VERSION__ >= 201112L
#  define SURMISE_ASSERT_SIZE(type, size) _Static_assert(sizeof(type) == size, "layout of " #type)
#else
#  define SURMISE_ASSERT_SIZE(type, size) struct SurmiseNothing
#endif
SURMISE_ASSERT_SIZE(SurmiseStr, 16);
SURMISE_ASSERT_SIZE(SurmiseMatrix, 48);
SURMISE_ASSERT_SIZE(SurmiseCsr, 40);
SURMISE_ASSERT_SIZE(SurmiseColumn, 56);
SURMISE_ASSERT_SIZE(SurmiseDataset, 216);
SURMISE_ASSERT_SIZE(SurmiseMetric, 24);
SURMISE_ASSERT_SIZE(SurmiseReport, 48);
SURMISE_ASSERT_SIZE(SurmiseFitOptions, 40);
SURMISE_ASSERT_SIZE(SurmiseHost, 64);
SURMISE_ASSERT_SIZE(SurmiseWriter, 24);
SURMISE_ASSERT_SIZE(SurmiseReader, 24);
SURMISE_ASSERT_SIZE(SurmiseModel, 80);
SURMISE_ASSERT_SIZE(SurmisePlugin, 48);
SURMISE_ASSERT_SIZE(SurmiseGradientShape, 40);
SURMISE_ASSERT_SIZE(SurmiseGradientBlock, 48);
SURMISE_ASSERT_SIZE(SurmiseGradientLayout, 56);
SURMISE_ASSERT_SIZE(SurmiseGradientPass, 24);
SURMISE_ASSERT_SIZE(SurmiseGradient, 40);
SURMISE_ASSERT_SIZE(SurmiseImportance, 16);
#undef SURMISE_ASSERT_SIZE

#ifdef __cplusplus
}
#endif
#endif
