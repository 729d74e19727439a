// Gaussian naive Bayes: in each class every feature has a normal distribution of its own.
//
// A row x belongs to class c with a probability in proportion to prior_c times the product over the features of
// N(x_j; mean_cj, variance_cj). Means and variances are weighted by the rows' weights. As in scikit-learn's
// GaussianNB, a share of the largest variance of any feature is added to every variance, so that none is zero.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <exception>
#include <limits>
#include <new>
#include <stdexcept>
#include <vector>

#include "surmise_params.h"
#include "surmise_plugin_v1.h"

#define NAME "bayes-in-cpp"
#define VERSION "0.1.0"
#define MAGIC "BAYES 1\n"

namespace {

// A failure with its status; no exception leaves this file.
struct Failure : std::runtime_error {
  int32_t status;
  Failure(int32_t status, const char *text) : std::runtime_error(text), status(status) {}
};

struct Moments {
  double weight = 0.0;
  std::vector<double> mean, variance;
};

}  // namespace

struct SurmiseInstance {
  const SurmiseHost *host;
  double smoothing;
  int uniform_prior;
  uint64_t n_features = 0;  // 0 before the first fit.
  std::vector<double> log_prior{};  // One for each class; -infinity for a class without rows.
  std::vector<double> mean{}, variance{};  // n_classes x n_features, row-major.
};

namespace {

// Runs what may throw, and turns what it throws into a status.
template <typename Work>
int32_t guarded(const SurmiseHost *host, Work work) {
  int32_t status = SURMISE_E_INTERNAL;
  const char *text = "an unknown exception";
  try {
    work();
    return SURMISE_OK;
  } catch (const Failure &failure) {
    status = failure.status;
    host->set_error(host->ctx, status, failure.what(), std::strlen(failure.what()));
    return status;
  } catch (const std::bad_alloc &) {
    status = SURMISE_E_NOMEM;
    text = "out of memory";
  } catch (const std::exception &) {
    text = "an exception of the standard library";
  } catch (...) {
  }
  host->set_error(host->ctx, status, text, std::strlen(text));
  return status;
}

const double *row(const SurmiseDataset *data, uint64_t i) {
  return static_cast<const double *>(data->dense.data) + static_cast<int64_t>(i) * data->dense.row_stride;
}

uint32_t code(const SurmiseDataset *data, uint64_t i) {
  return static_cast<const uint32_t *>(data->target.data)[static_cast<int64_t>(i) * data->target.row_stride];
}

double weight(const SurmiseDataset *data, uint64_t i) { return data->weights ? data->weights[i] : 1.0; }

void expect_rows(const SurmiseDataset *data) {
  if (data->layout != SURMISE_LAYOUT_ROWS || data->dense.dtype != SURMISE_F64)
    throw Failure(SURMISE_E_INVALID, "expected dense rows of f64");
}

// Mean and variance of each feature in two passes, over the rows that `counts` says.
template <typename Counts>
Moments moments(const SurmiseDataset *data, Counts counts) {
  const uint64_t p = data->n_features;
  Moments found;
  found.mean.assign(p, 0.0);
  found.variance.assign(p, 0.0);
  for (uint64_t i = 0; i < data->n_rows; i++) {
    if (!counts(i) || weight(data, i) == 0.0) continue;
    found.weight += weight(data, i);
    const double share = weight(data, i) / found.weight;
    for (uint64_t j = 0; j < p; j++) found.mean[j] += share * (row(data, i)[j] - found.mean[j]);
  }
  for (uint64_t i = 0; i < data->n_rows; i++) {
    if (!counts(i) || weight(data, i) == 0.0) continue;
    const double share = weight(data, i) / found.weight;
    for (uint64_t j = 0; j < p; j++) {
      const double gap = row(data, i)[j] - found.mean[j];
      found.variance[j] += share * gap * gap;
    }
  }
  return found;
}

void fit_classes(SurmiseInstance *self, const SurmiseDataset *train) {
  expect_rows(train);
  if (!train->n_classes || !train->target.data || train->target.dtype != SURMISE_U32)
    throw Failure(SURMISE_E_INVALID, "expected classes to predict");
  const uint64_t p = train->n_features, k = train->n_classes;
  const Moments all = moments(train, [](uint64_t) { return true; });
  const double largest = *std::max_element(all.variance.begin(), all.variance.end());
  // Where nothing varies, a row that differs in anything is far away.
  const double added = std::max(self->smoothing * (largest > 0.0 ? largest : 1.0),
                                std::numeric_limits<double>::min());
  std::vector<double> log_prior(k, -std::numeric_limits<double>::infinity()), mean, variance;
  mean.reserve(k * p);
  variance.reserve(k * p);
  uint64_t n_present = 0;
  for (uint64_t c = 0; c < k; c++) {
    if (self->host->should_stop(self->host->ctx) == SURMISE_CANCEL) throw Failure(SURMISE_E_CANCELLED, "cancelled");
    const Moments own = moments(train, [&](uint64_t i) { return code(train, i) == c; });
    if (own.weight > 0.0) {
      log_prior[c] = std::log(own.weight / all.weight);
      n_present++;
    }
    mean.insert(mean.end(), own.mean.begin(), own.mean.end());
    for (const double v : own.variance) variance.push_back(v + added);
  }
  if (self->uniform_prior)
    for (double &prior : log_prior)
      if (std::isfinite(prior)) prior = -std::log(static_cast<double>(n_present));
  const auto finite = [](double v) { return std::isfinite(v); };
  if (!std::all_of(mean.begin(), mean.end(), finite) || !std::all_of(variance.begin(), variance.end(), finite))
    throw Failure(SURMISE_E_NUMERIC, "a mean or a variance overflows; scale the data");
  self->n_features = p;
  self->log_prior.swap(log_prior);
  self->mean.swap(mean);
  self->variance.swap(variance);
}

// log prior + log likelihood of each class, but for what is the same for all.
void scores(const SurmiseInstance *self, const double *x, std::vector<double> &out) {
  const uint64_t p = self->n_features;
  for (uint64_t c = 0; c < out.size(); c++) {
    double score = self->log_prior[c];
    for (uint64_t j = 0; std::isfinite(score) && j < p; j++) {
      const double v = self->variance[c * p + j], gap = x[j] - self->mean[c * p + j];
      score -= 0.5 * (std::log(v) + gap / v * gap);
    }
    out[c] = score;
  }
  // Too far from every class to tell them apart: the priors remain.
  if (std::none_of(out.begin(), out.end(), [](double s) { return std::isfinite(s); })) out = self->log_prior;
}

void write_predictions(const SurmiseInstance *self, const SurmiseDataset *x, uint32_t kind, double *out, uint64_t len) {
  if (!self->n_features) throw Failure(SURMISE_E_NOT_FITTED, "not fitted yet");
  if (kind != SURMISE_PREDICT_VALUE && kind != SURMISE_PREDICT_PROBA)
    throw Failure(SURMISE_E_UNSUPPORTED, "only classes and their probabilities are predicted");
  expect_rows(x);
  if (x->n_features != self->n_features)
    throw Failure(SURMISE_E_INVALID, "another number of features than in the fit");
  const uint64_t k = self->log_prior.size(), width = kind == SURMISE_PREDICT_PROBA ? k : 1;
  if (len != x->n_rows * width) throw Failure(SURMISE_E_INVALID, "the output has another length than the rows");
  std::vector<double> score(k);
  for (uint64_t i = 0; i < x->n_rows; i++, out += width) {
    scores(self, row(x, i), score);
    const auto best = std::max_element(score.begin(), score.end());
    if (kind == SURMISE_PREDICT_VALUE) {
      *out = static_cast<double>(best - score.begin());
      continue;
    }
    const double top = *best;
    double total = 0.0;
    for (double &s : score) total += s = std::exp(s - top);
    for (uint64_t c = 0; c < k; c++) out[c] = score[c] / total;
  }
}

// ---------- saving: the magic, the two sizes, the numbers ----------

void write(const SurmiseWriter *writer, const void *data, uint64_t bytes) {
  if (writer->write(writer->ctx, data, bytes) < 0) throw Failure(SURMISE_E_IO, "the state could not be written");
}

void write_state(const SurmiseInstance *self, const SurmiseWriter *writer) {
  if (!self->n_features) throw Failure(SURMISE_E_NOT_FITTED, "not fitted yet");
  const uint64_t sizes[2] = {self->n_features, self->log_prior.size()};
  write(writer, MAGIC, sizeof MAGIC - 1);
  write(writer, sizes, sizeof sizes);
  for (const auto *values : {&self->log_prior, &self->mean, &self->variance})
    write(writer, values->data(), values->size() * sizeof(double));
}

// All that there is to read, in memory that grows with it.
std::vector<char> read_all(const SurmiseReader *reader) {
  std::vector<char> bytes;
  char chunk[4096];
  for (;;) {
    const int64_t n = reader->read(reader->ctx, chunk, sizeof chunk);
    if (n < 0 || n > static_cast<int64_t>(sizeof chunk)) throw Failure(SURMISE_E_IO, "the state could not be read");
    if (n == 0) return bytes;
    bytes.insert(bytes.end(), chunk, chunk + n);
  }
}

void read_state(SurmiseInstance *self, const SurmiseReader *reader) {
  const Failure bad(SURMISE_E_BAD_STATE, "these bytes are no saved naive Bayes");
  const std::vector<char> bytes = read_all(reader);
  const uint64_t magic = sizeof MAGIC - 1;
  uint64_t sizes[2];
  if (bytes.size() < magic + sizeof sizes || std::memcmp(bytes.data(), MAGIC, magic)) throw bad;
  std::memcpy(sizes, bytes.data() + magic, sizeof sizes);
  const uint64_t n_values = (bytes.size() - magic - sizeof sizes) / sizeof(double);
  const uint64_t p = sizes[0], k = sizes[1];
  // Each size is at most the number of values before they are multiplied.
  if ((bytes.size() - magic - sizeof sizes) % sizeof(double) || !p || !k || p > n_values || k > n_values / (p + 1) ||
      k + 2 * k * p != n_values)
    throw bad;
  std::vector<double> values(n_values);
  std::memcpy(values.data(), bytes.data() + magic + sizeof sizes, n_values * sizeof(double));
  const auto means = values.begin() + static_cast<int64_t>(k), variances = means + static_cast<int64_t>(k * p);
  const auto finite = [](double v) { return std::isfinite(v); };
  const auto possible = [](double prior) { return prior <= 0.0; };
  if (!std::all_of(values.begin(), means, possible) || !std::any_of(values.begin(), means, finite) ||
      !std::all_of(means, values.end(), finite) || !std::all_of(variances, values.end(), [](double v) { return v > 0.0; }))
    throw bad;
  self->n_features = p;
  self->log_prior.assign(values.begin(), means);
  self->mean.assign(means, variances);
  self->variance.assign(variances, values.end());
}

// ---------- the functions of the model ----------

int32_t create(const SurmiseHost *host, const char *params, uint64_t len, SurmiseInstance **out) {
  return guarded(host, [&] {
    static const char *const priors[] = {"empirical", "uniform"};
    double smoothing;
    int prior;
    if (!surmise_param_number(params, len, "smoothing", &smoothing) || smoothing < 1e-12 || smoothing > 1.0)
      throw Failure(SURMISE_E_INVALID, "smoothing must be a number between 1e-12 and 1");
    if (!surmise_param_choice(params, len, "prior", priors, 2, &prior))
      throw Failure(SURMISE_E_INVALID, "prior must be empirical or uniform");
    *out = new SurmiseInstance{host, smoothing, prior};
  });
}

int32_t fit(SurmiseInstance *self, const SurmiseFitOptions *, const SurmiseDataset *train, const SurmiseDataset *) {
  return guarded(self->host, [&] { fit_classes(self, train); });
}

int32_t predict(SurmiseInstance *self, const SurmiseDataset *x, uint32_t kind, double *out, uint64_t len) {
  return guarded(self->host, [&] { write_predictions(self, x, kind, out, len); });
}

int32_t save(SurmiseInstance *self, const SurmiseWriter *writer) {
  return guarded(self->host, [&] { write_state(self, writer); });
}

int32_t load(const SurmiseHost *host, const SurmiseReader *reader, SurmiseInstance **out) {
  return guarded(host, [&] {
    SurmiseInstance loaded{host, 0.0, 0};
    read_state(&loaded, reader);
    *out = new SurmiseInstance(loaded);
  });
}

void destroy(SurmiseInstance *self) { delete self; }

// ---------- what the host sees ----------

constexpr char descriptor[] =
    "{\"schema\":1,\"plugin\":{\"id\":\"" NAME "\",\"version\":\"" VERSION "\",\"license\":\"MIT\"},"
    "\"models\":[{\"id\":\"" NAME "\",\"help\":\"Gaussian naive Bayes\","
    "\"tasks\":[\"classification\"],\"layouts\":[\"rows_f64\"],\"missing\":\"reject\","
    "\"caps\":[\"predict_proba\",\"save\",\"weights\",\"parallel_instances\"],"
    "\"deterministic\":\"bitwise\",\"threads\":\"single\","
    "\"hyperparameters\":["
    "{\"name\":\"smoothing\",\"type\":\"float\",\"low\":1e-12,\"high\":1.0,\"log\":true,\"default\":1e-9,"
    "\"help\":\"Share of the largest variance that is added to all\"},"
    "{\"name\":\"prior\",\"type\":\"choice\",\"choices\":[\"empirical\",\"uniform\"],\"default\":\"empirical\","
    "\"help\":\"How likely a class is before anything is seen of a row\"}]}]}";

constexpr SurmiseModel model = {sizeof(SurmiseModel), {NAME, sizeof NAME - 1}, create, fit, predict,
                                save, load, destroy, nullptr};
constexpr const SurmiseModel *models[] = {&model};
constexpr SurmisePlugin plugin = {
    sizeof(SurmisePlugin), SURMISE_ABI_MAJOR, SURMISE_ABI_MINOR, {descriptor, sizeof descriptor - 1}, models, 1};

// What `surmise plugin info` tells without running the plugin.
#if defined(__ELF__)
__attribute__((section(".surmise.meta"), used)) const char meta[] =
    "{\"meta\":1,\"name\":\"" NAME "\",\"version\":\"" VERSION "\",\"abi\":\"1.0\"}";
#endif

}  // namespace

extern "C" const SurmisePlugin *surmise_plugin_entry_v1(uint32_t) { return &plugin; }
