/* surmise_params.h - reads hyperparameters in C99 or C++11: the flat JSON object that create receives.
 *
 * Beside surmise_plugin_v1.h, and as free to use, change or do without. Each function answers 1 if the object is
 * well-formed and has a value of that name and type, else 0. Nothing is allocated, nothing is read beyond len.
 * The decimal point is that of the locale, which a host leaves at "C".
 */
#ifndef SURMISE_PARAMS_H
#define SURMISE_PARAMS_H
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef struct SurmiseJson {
  const char *at;
  const char *end;
} SurmiseJson;

static inline void surmise_json_space(SurmiseJson *json) {
  while (json->at < json->end && strchr(" \t\r\n", *json->at) && *json->at) json->at++;
}

static inline int surmise_json_take(SurmiseJson *json, char c) {
  surmise_json_space(json);
  if (json->at == json->end || *json->at != c) return 0;
  json->at++;
  return 1;
}

/* What stands between the quotes, with its escapes as they are. */
static inline int surmise_json_text(SurmiseJson *json, const char **text, uint64_t *len) {
  if (!surmise_json_take(json, '"')) return 0;
  *text = json->at;
  for (; json->at < json->end; json->at++) {
    if (*json->at == '"') {
      *len = (uint64_t)(json->at - *text);
      json->at++;
      return 1;
    }
    if (*json->at == '\\' && ++json->at == json->end) return 0;
  }
  return 0;
}

/* A number, true, false or null. */
static inline int surmise_json_word(SurmiseJson *json, const char **word, uint64_t *len) {
  surmise_json_space(json);
  *word = json->at;
  while (json->at < json->end && *json->at && !strchr(",:[]{}\" \t\r\n", *json->at)) json->at++;
  *len = (uint64_t)(json->at - *word);
  return *len != 0;
}

/* Goes past one value, however deep. */
static inline int surmise_json_skip(SurmiseJson *json) {
  const char *ignored;
  uint64_t len, depth = 0;
  do {
    surmise_json_space(json);
    if (json->at == json->end) return 0;
    if (*json->at == '{' || *json->at == '[') {
      depth++;
      json->at++;
    } else if (depth && (*json->at == '}' || *json->at == ']')) {
      depth--;
      json->at++;
    } else if (depth && (*json->at == ',' || *json->at == ':')) {
      json->at++;
    } else if (*json->at == '"') {
      if (!surmise_json_text(json, &ignored, &len)) return 0;
    } else if (!surmise_json_word(json, &ignored, &len)) {
      return 0;
    }
  } while (depth);
  return 1;
}

static inline int surmise_param_find(const char *params, uint64_t len, const char *name, SurmiseJson *value) {
  SurmiseJson json = {params, params + len};
  int found = 0;
  if (!surmise_json_take(&json, '{') || surmise_json_take(&json, '}')) return 0;
  do {
    const char *key;
    uint64_t key_len;
    if (!surmise_json_text(&json, &key, &key_len) || !surmise_json_take(&json, ':')) return 0;
    surmise_json_space(&json);
    const char *start = json.at;
    if (!surmise_json_skip(&json)) return 0;
    if (key_len == strlen(name) && !memcmp(key, name, key_len)) {
      value->at = start;
      value->end = json.at;
      found = 1;
    }
  } while (surmise_json_take(&json, ','));
  if (!surmise_json_take(&json, '}')) return 0;
  surmise_json_space(&json);
  return found && json.at == json.end;
}

/* A finite number. */
static inline int surmise_param_number(const char *params, uint64_t len, const char *name, double *out) {
  SurmiseJson json;
  const char *word;
  uint64_t word_len;
  char text[64], *end;
  if (!surmise_param_find(params, len, name, &json) || !surmise_json_word(&json, &word, &word_len)) return 0;
  if (word_len >= sizeof text || !strchr("-0123456789", *word)) return 0;
  memcpy(text, word, word_len);
  text[word_len] = 0;
  const double number = strtod(text, &end);
  if (end != text + word_len || number - number != 0.0) return 0;
  *out = number;
  return 1;
}

/* 1 for true, 0 for false. */
static inline int surmise_param_bool(const char *params, uint64_t len, const char *name, int *out) {
  SurmiseJson json;
  const char *word;
  uint64_t word_len;
  if (!surmise_param_find(params, len, name, &json) || !surmise_json_word(&json, &word, &word_len)) return 0;
  const int is_true = word_len == 4 && !memcmp(word, "true", 4);
  if (!is_true && !(word_len == 5 && !memcmp(word, "false", 5))) return 0;
  *out = is_true;
  return 1;
}

/* Which of the choices a text is: writes its place in the list. */
static inline int surmise_param_choice(const char *params, uint64_t len, const char *name,
                                       const char *const *choices, int n_choices, int *out) {
  SurmiseJson json;
  const char *text;
  uint64_t text_len;
  if (!surmise_param_find(params, len, name, &json) || !surmise_json_text(&json, &text, &text_len)) return 0;
  for (int i = 0; i < n_choices; i++) {
    if (text_len == strlen(choices[i]) && !memcmp(text, choices[i], text_len)) {
      *out = i;
      return 1;
    }
  }
  return 0;
}
#endif
