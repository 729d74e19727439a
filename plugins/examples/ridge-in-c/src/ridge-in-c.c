/* Ridge regression: the coefficients b that minimise
 *
 *   sum of w_i (y_i - b_0 - x_i b)^2 + alpha |b|^2
 *
 * by Cholesky's factorization of X'WX + alpha I. The columns are centred first, so that the penalty leaves the
 * intercept b_0 alone. A fit takes n p^2 + p^3 / 3 multiplications for n rows of p features. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "surmise_params.h"
#include "surmise_plugin_v1.h"

#define NAME "ridge-in-c"
#define VERSION "0.1.0"
#define MAGIC "RIDGE 1\n"

struct SurmiseInstance {
  const SurmiseHost *host;
  double alpha;
  int has_intercept;
  uint64_t n_features;  /* 0 before the first fit. */
  double intercept;
  double *coefficients; /* n_features of them. */
};

static int32_t fail(const SurmiseHost *host, int32_t status, const char *text) {
  host->set_error(host->ctx, status, text, strlen(text));
  return status;
}

/* ---------- making and freeing ---------- */

static int32_t create(const SurmiseHost *host, const char *params, uint64_t len, SurmiseInstance **out) {
  SurmiseInstance made = {0};
  made.host = host;
  if (!surmise_param_number(params, len, "alpha", &made.alpha) || made.alpha < 1e-6 || made.alpha > 1e6)
    return fail(host, SURMISE_E_INVALID, "alpha must be a number between 1e-6 and 1e6");
  if (!surmise_param_bool(params, len, "intercept", &made.has_intercept))
    return fail(host, SURMISE_E_INVALID, "intercept must be true or false");
  SurmiseInstance *self = malloc(sizeof *self);
  if (!self) return fail(host, SURMISE_E_NOMEM, "no memory for a model");
  *self = made;
  *out = self;
  return SURMISE_OK;
}

static void destroy(SurmiseInstance *self) {
  if (self) free(self->coefficients);
  free(self);
}

/* ---------- fitting ---------- */

static const double *row(const SurmiseDataset *data, uint64_t i) {
  return (const double *)data->dense.data + (int64_t)i * data->dense.row_stride;
}

static double target(const SurmiseDataset *data, uint64_t i) {
  return ((const double *)data->target.data)[(int64_t)i * data->target.row_stride];
}

static double weight(const SurmiseDataset *data, uint64_t i) { return data->weights ? data->weights[i] : 1.0; }

/* The weighted means of the features, and as the last of them that of the target. */
static void means(const SurmiseDataset *data, double *mean) {
  const uint64_t p = data->n_features;
  double total = 0.0;
  memset(mean, 0, (p + 1) * sizeof *mean);
  for (uint64_t i = 0; i < data->n_rows; i++) {
    const double w = weight(data, i);
    total += w;
    if (w == 0.0) continue;
    for (uint64_t j = 0; j < p; j++) mean[j] += w / total * (row(data, i)[j] - mean[j]);
    mean[p] += w / total * (target(data, i) - mean[p]);
  }
}

/* The lower triangle of X'WX + alpha I into a, X'Wy into b, all centred. x has room for a row. */
static void normal_equations(const SurmiseDataset *data, double alpha, const double *mean, double *a, double *b,
                             double *x) {
  const uint64_t p = data->n_features;
  for (uint64_t j = 0; j < p; j++) a[j * p + j] = alpha;
  for (uint64_t i = 0; i < data->n_rows; i++) {
    const double w = weight(data, i), y = target(data, i) - mean[p];
    for (uint64_t j = 0; j < p; j++) x[j] = row(data, i)[j] - mean[j];
    for (uint64_t j = 0; j < p; j++) {
      const double wx = w * x[j];
      for (uint64_t k = 0; k <= j; k++) a[j * p + k] += wx * x[k];
      b[j] += wx * y;
    }
  }
}

/* Solves a b = b in place by a = L L'. 0 if a is not positive definite in floating point. */
static int solve(double *a, double *b, uint64_t p) {
  for (uint64_t j = 0; j < p; j++) {
    for (uint64_t k = 0; k <= j; k++) {
      double sum = a[j * p + k];
      for (uint64_t l = 0; l < k; l++) sum -= a[j * p + l] * a[k * p + l];
      if (k < j) {
        a[j * p + k] = sum / a[k * p + k];
      } else {
        if (!(sum > 0.0) || !isfinite(sum)) return 0;
        a[j * p + j] = sqrt(sum);
      }
    }
  }
  for (uint64_t j = 0; j < p; j++) {
    for (uint64_t k = 0; k < j; k++) b[j] -= a[j * p + k] * b[k];
    b[j] /= a[j * p + j];
  }
  for (uint64_t j = p; j-- > 0;) {
    for (uint64_t k = j + 1; k < p; k++) b[j] -= a[k * p + j] * b[k];
    b[j] /= a[j * p + j];
  }
  return 1;
}

static int32_t fit(SurmiseInstance *self, const SurmiseFitOptions *options, const SurmiseDataset *train,
                   const SurmiseDataset *valid) {
  (void)options;
  (void)valid;
  const uint64_t p = train->n_features;
  if (train->layout != SURMISE_LAYOUT_ROWS || train->dense.dtype != SURMISE_F64)
    return fail(self->host, SURMISE_E_INVALID, "expected dense rows of f64");
  if (!train->target.data || train->target.dtype != SURMISE_F64)
    return fail(self->host, SURMISE_E_INVALID, "expected numbers to predict");
  if (p > 20000) return fail(self->host, SURMISE_E_NOMEM, "more than 20000 features: the matrix would not fit");
  if (self->host->should_stop(self->host->ctx) == SURMISE_CANCEL)
    return fail(self->host, SURMISE_E_CANCELLED, "cancelled");
  double *a = calloc(p * p, sizeof *a), *b = calloc(p, sizeof *b), *mean = calloc(p + 1, sizeof *mean),
         *x = calloc(p, sizeof *x);
  int32_t status = SURMISE_OK;
  if (!a || !b || !mean || !x) {
    status = fail(self->host, SURMISE_E_NOMEM, "no memory for the normal equations");
  } else {
    if (self->has_intercept) means(train, mean);
    normal_equations(train, self->alpha, mean, a, b, x);
    double intercept = mean[p];
    int good = solve(a, b, p);
    for (uint64_t j = 0; good && j < p; j++) {
      intercept -= b[j] * mean[j];
      good = isfinite(b[j]);
    }
    if (!good || !isfinite(intercept)) {
      status = fail(self->host, SURMISE_E_NUMERIC, "the normal equations are singular or overflow; scale the data");
    } else {
      free(self->coefficients);
      self->coefficients = b;
      self->n_features = p;
      self->intercept = intercept;
      b = NULL;
    }
  }
  free(a);
  free(b);
  free(mean);
  free(x);
  return status;
}

/* ---------- predicting ---------- */

static int32_t predict(SurmiseInstance *self, const SurmiseDataset *x, uint32_t kind, double *out, uint64_t len) {
  if (!self->n_features) return fail(self->host, SURMISE_E_NOT_FITTED, "not fitted yet");
  if (kind != SURMISE_PREDICT_VALUE) return fail(self->host, SURMISE_E_UNSUPPORTED, "only values are predicted");
  if (x->n_features != self->n_features)
    return fail(self->host, SURMISE_E_INVALID, "another number of features than in the fit");
  if (x->layout != SURMISE_LAYOUT_ROWS || x->dense.dtype != SURMISE_F64)
    return fail(self->host, SURMISE_E_INVALID, "expected dense rows of f64");
  if (len != x->n_rows) return fail(self->host, SURMISE_E_INVALID, "the output has another length than the rows");
  for (uint64_t i = 0; i < len; i++) {
    double sum = self->intercept;
    for (uint64_t j = 0; j < self->n_features; j++) sum += self->coefficients[j] * row(x, i)[j];
    if (!isfinite(sum)) return fail(self->host, SURMISE_E_NUMERIC, "a prediction overflows; scale the data");
    out[i] = sum;
  }
  return SURMISE_OK;
}

/* ---------- saving: the magic, the number of features, the intercept, the coefficients ---------- */

static int32_t save(SurmiseInstance *self, const SurmiseWriter *writer) {
  if (!self->n_features) return fail(self->host, SURMISE_E_NOT_FITTED, "not fitted yet");
  if (writer->write(writer->ctx, MAGIC, sizeof MAGIC - 1) < 0 ||
      writer->write(writer->ctx, &self->n_features, sizeof self->n_features) < 0 ||
      writer->write(writer->ctx, &self->intercept, sizeof self->intercept) < 0 ||
      writer->write(writer->ctx, self->coefficients, self->n_features * sizeof *self->coefficients) < 0)
    return fail(self->host, SURMISE_E_IO, "the state could not be written");
  return SURMISE_OK;
}

/* All that there is to read, in memory that grows with it: a length inside of the bytes would be anybody's. */
static int32_t read_all(const SurmiseHost *host, const SurmiseReader *reader, char **bytes, uint64_t *len) {
  uint64_t room = 0;
  *bytes = NULL;
  *len = 0;
  for (;;) {
    if (*len == room) {
      room = room ? 2 * room : 256;
      char *grown = realloc(*bytes, room);
      if (!grown) return fail(host, SURMISE_E_NOMEM, "no memory for the saved state");
      *bytes = grown;
    }
    const int64_t n = reader->read(reader->ctx, *bytes + *len, room - *len);
    if (n < 0 || (uint64_t)n > room - *len) return fail(host, SURMISE_E_IO, "the saved state could not be read");
    if (n == 0) return SURMISE_OK;
    *len += (uint64_t)n;
  }
}

static int32_t load(const SurmiseHost *host, const SurmiseReader *reader, SurmiseInstance **out) {
  const uint64_t magic = sizeof MAGIC - 1, head = magic + sizeof(uint64_t) + sizeof(double);
  char *bytes;
  uint64_t len;
  SurmiseInstance *self = calloc(1, sizeof *self);
  int32_t status = self ? read_all(host, reader, &bytes, &len) : fail(host, SURMISE_E_NOMEM, "no memory for a model");
  if (!self || status != SURMISE_OK) {
    if (self) free(bytes);
    free(self);
    return status;
  }
  int good = len > head && (len - head) % sizeof(double) == 0 && !memcmp(bytes, MAGIC, magic);
  if (good) {
    self->host = host;
    memcpy(&self->n_features, bytes + magic, sizeof(uint64_t));
    good = self->n_features == (len - head) / sizeof(double);
  }
  if (good) {
    memcpy(&self->intercept, bytes + head - sizeof(double), sizeof(double));
    self->coefficients = malloc(len - head);
    good = self->coefficients && isfinite(self->intercept);
    if (self->coefficients) memcpy(self->coefficients, bytes + head, len - head);
    for (uint64_t j = 0; good && j < self->n_features; j++) good = isfinite(self->coefficients[j]);
  }
  free(bytes);
  if (!good) {
    destroy(self);
    return fail(host, SURMISE_E_BAD_STATE, "these bytes are no saved ridge regression");
  }
  *out = self;
  return SURMISE_OK;
}

/* ---------- what the host sees ---------- */

#define TEXT(text) {text, sizeof text - 1}

static const char descriptor[] =
    "{\"schema\":1,\"plugin\":{\"id\":\"" NAME "\",\"version\":\"" VERSION "\",\"license\":\"MIT\"},"
    "\"models\":[{\"id\":\"" NAME "\",\"help\":\"Linear least squares with an L2 penalty\","
    "\"tasks\":[\"regression\"],\"layouts\":[\"rows_f64\"],\"missing\":\"reject\","
    "\"caps\":[\"save\",\"weights\",\"parallel_instances\"],\"deterministic\":\"bitwise\",\"threads\":\"single\","
    "\"hyperparameters\":["
    "{\"name\":\"alpha\",\"type\":\"float\",\"low\":1e-6,\"high\":1e6,\"log\":true,\"default\":1.0,"
    "\"help\":\"Strength of the penalty\"},"
    "{\"name\":\"intercept\",\"type\":\"bool\",\"default\":true,"
    "\"help\":\"Whether the predictions have a constant term\"}]}]}";

static const SurmiseModel model = {sizeof model, TEXT(NAME), create, fit, predict, save, load, destroy, NULL};
static const SurmiseModel *const models[] = {&model};
static const SurmisePlugin plugin = {
    sizeof plugin, SURMISE_ABI_MAJOR, SURMISE_ABI_MINOR, {descriptor, sizeof descriptor - 1}, models, 1};

const SurmisePlugin *surmise_plugin_entry_v1(uint32_t host_minor) {
  (void)host_minor;
  return &plugin;
}

/* What `surmise plugin info` tells without running the plugin. */
#if defined(__ELF__)
__attribute__((section(".surmise.meta"), used)) static const char meta[] =
    "{\"meta\":1,\"name\":\"" NAME "\",\"version\":\"" VERSION "\",\"abi\":\"1.0\"}";
#endif
