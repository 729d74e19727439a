//! The header that reads hyperparameters, tried by programs in C and C++.

use std::fs;
use std::path::Path;
use std::process::Command;

const PROGRAM: &str = r#"
#include <stdio.h>
#include "surmise_params.h"

static int failures = 0;

static void expect(int holds, const char *params, const char *what) {
  if (holds) return;
  failures++;
  printf("%s: %s\n", params, what);
}

static void number(const char *params, int found, double value) {
  double out = -7.0;
  const int has = surmise_param_number(params, strlen(params), "x", &out);
  expect(has == found && out == (found ? value : -7.0), params, "number");
}

static void truth(const char *params, int found, int value) {
  int out = -7;
  const int has = surmise_param_bool(params, strlen(params), "x", &out);
  expect(has == found && out == (found ? value : -7), params, "bool");
}

static void choice(const char *params, int found, int value) {
  static const char *const choices[] = {"a", "bc"};
  int out = -7;
  const int has = surmise_param_choice(params, strlen(params), "x", choices, 2, &out);
  expect(has == found && out == (found ? value : -7), params, "choice");
}

int main(void) {
  number("{\"x\":1.5}", 1, 1.5);
  number(" { \"y\" : [1,{\"x\":2}] , \"x\" : -2e3 } ", 1, -2e3);
  number("{\"x\\\"\":1,\"x\":3}", 1, 3.0);
  number("{\"x\":1,\"x\":2}", 1, 2.0);
  const char *const wrong[] = {"", "{", "{}", "[]", "{\"x\"}", "{\"x\":}", "{\"x\":1", "{\"x\":1}}", "{\"x\":1,}",
                               "{\"x\":true}", "{\"x\":\"1\"}", "{\"x\":null}", "{\"x\":inf}", "{\"x\":nan}",
                               "{\"x\":1e999}", "{\"x\":1x}", "{\"x\":[1]}", "{\"y\":1}", "{\"x", "{\"x\\", "{\"x\":[[",
                               "{\"x\":11111111111111111111111111111111111111111111111111111111111111111111}"};
  for (unsigned i = 0; i < sizeof wrong / sizeof *wrong; i++) number(wrong[i], 0, 0.0);
  truth("{\"x\":true}", 1, 1);
  truth("{\"x\":false}", 1, 0);
  truth("{\"x\":1}", 0, 0);
  truth("{\"x\":\"true\"}", 0, 0);
  choice("{\"x\":\"bc\"}", 1, 1);
  choice("{\"x\":\"b\"}", 0, 0);
  choice("{\"x\":a}", 0, 0);
  /* Cut anywhere, nothing is found and nothing behind the end is read. */
  const char *whole = "{\"y\":{\"z\":[true,\"\\\\\"]},\"x\":1}";
  for (size_t len = 0; len < strlen(whole); len++) {
    double out;
    char *copy = (char *)malloc(len + 1);
    memcpy(copy, whole, len);
    expect(!surmise_param_number(copy, len, "x", &out), whole, "cut");
    free(copy);
  }
  return failures != 0;
}
"#;

#[test]
fn hyperparameters_are_read_and_nothing_else() {
    let include = Path::new(env!("CARGO_MANIFEST_DIR")).join("include");
    for (compiler, ending, standard) in [("cc", "c", "-std=c99"), ("c++", "cpp", "-std=c++11")] {
        if Command::new(compiler).arg("--version").output().is_err() {
            println!("SKIPPED: no compiler `{compiler}` here, so the header was not tried");
            continue;
        }
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let (source, program) = (folder.join(format!("params.{ending}")), folder.join(ending));
        fs::write(&source, PROGRAM).expect("written");
        let compiled = Command::new(compiler)
            .args([standard, "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-g", "-I"])
            .arg(&include)
            .arg(&source)
            .arg("-o")
            .arg(&program)
            .output()
            .expect("running the compiler");
        assert!(compiled.status.success(), "{}", String::from_utf8_lossy(&compiled.stderr));
        let tried = Command::new(&program).output().expect("running the program");
        assert!(tried.status.success(), "{}", String::from_utf8_lossy(&tried.stdout));
    }
}
