//! The Rust structs and the C header both have the layout that `layout.txt` records.

use std::fmt::Write as _;
use std::mem::{offset_of, size_of};
use std::process::Command;

use surmise_plugin_abi as abi;

const GOLDEN: &str = include_str!("layout.txt");

macro_rules! structs {
    ($out:ident; $($c:ident = $rust:ident { $($field:ident),+ $(,)? })+) => {$(
        writeln!($out, "{} {}", stringify!($c), size_of::<abi::$rust>()).unwrap();
        $(writeln!($out, "{}.{} {}", stringify!($c), stringify!($field),
            offset_of!(abi::$rust, $field)).unwrap();)+
    )+};
}

macro_rules! numbers {
    ($out:ident; $($name:ident)+) => {
        $(writeln!($out, "SURMISE_{} {}", stringify!($name), abi::$name).unwrap();)+
    };
}

fn rust_layout() -> String {
    let mut out = String::new();
    structs! { out;
        SurmiseStr = Str { ptr, len }
        SurmiseMatrix = Matrix { data, rows, cols, row_stride, col_stride, dtype, flags }
        SurmiseCsr = Csr { indptr, indices, values, nnz, dtype, flags }
        SurmiseColumn = Column { name, kind, dtype, data, validity, n_categories, categories }
        SurmiseDataset = Dataset {
            struct_size, n_rows, n_features, layout, flags, dense, csr, columns, target, n_classes,
            classes, weights, group_offsets, n_groups
        }
        SurmiseMetric = Metric { name, value }
        SurmiseReport = Report {
            struct_size, step, metrics, n_metrics, valid_pred, n_valid_pred
        }
        SurmiseFitOptions = FitOptions {
            struct_size, seed, n_threads, flags, deadline_ns, max_steps
        }
        SurmiseHost = Host {
            struct_size, abi_major, abi_minor, ctx, log, set_error, report, should_stop,
            get_extension
        }
        SurmiseWriter = Writer { struct_size, ctx, write }
        SurmiseReader = Reader { struct_size, ctx, read }
        SurmiseModel = Model {
            struct_size, id, create, fit, predict, save, load, destroy, get_extension
        }
        SurmisePlugin = Plugin {
            struct_size, abi_major, abi_minor, descriptor, models, n_models
        }
        SurmiseGradientShape = GradientShape {
            struct_size, n_features, n_classes, n_targets, dtype, flags
        }
        SurmiseGradientBlock = GradientBlock { name, offset, rows, cols, role, flags }
        SurmiseGradientLayout = GradientLayout {
            struct_size, n_params, blocks, n_blocks, n_state, state_blocks, n_state_blocks
        }
        SurmiseGradientPass = GradientPass { struct_size, seed, flags, n_threads }
        SurmiseGradient = Gradient { struct_size, begin, init, loss_and_gradient, forward }
        SurmiseImportance = Importance { struct_size, features }
    }
    numbers! { out;
        ABI_MAJOR ABI_MINOR OK STOPPED E_INVALID E_UNSUPPORTED E_NOT_FITTED E_NUMERIC E_NOMEM E_IO
        E_BAD_STATE E_CANCELLED E_PANIC E_INTERNAL CONTINUE STOP CANCEL F32 F64 I32 I64 U32 U8
        LAYOUT_ROWS LAYOUT_COLS LAYOUT_CSR LAYOUT_COLUMNS COL_NUMBER COL_CATEGORY COL_BOOL
        PREDICT_VALUE PREDICT_PROBA PREDICT_DECISION
        ROLE_WEIGHT ROLE_BIAS ROLE_SCALE PASS_TRAIN
    }
    out
}

/// A C program that prints the left column of the golden table with what the header makes of it.
fn c_program() -> String {
    let mut source = String::from(
        "#include <stddef.h>\n#include <stdio.h>\n#include \"surmise_plugin_v1.h\"\nint main(void) {\n",
    );
    for line in GOLDEN.lines() {
        let name = line.split(' ').next().expect("a name in each line");
        let value = match name.split_once('.') {
            Some((outer, field)) => format!("offsetof({outer}, {field})"),
            None if name.starts_with("SURMISE_") => name.to_owned(),
            None => format!("sizeof({name})"),
        };
        source += &format!("  printf(\"%s %lld\\n\", \"{name}\", (long long)({value}));\n");
    }
    source + "  return 0;\n}\n"
}

#[test]
fn rust_structs_have_the_recorded_layout() {
    assert_eq!(rust_layout(), GOLDEN);
}

#[test]
fn smallest_readable_sizes_are_those_of_version_1_0() {
    fn check<T: abi::read::Growing>() {
        assert_eq!(T::BYTES_MIN, size_of::<T>() as u64);
    }
    check::<abi::Plugin>();
    check::<abi::Model>();
    check::<abi::Host>();
    check::<abi::Dataset>();
    check::<abi::FitOptions>();
    check::<abi::Report>();
    check::<abi::Writer>();
    check::<abi::Reader>();
    check::<abi::GradientShape>();
    check::<abi::GradientLayout>();
    check::<abi::GradientPass>();
    check::<abi::Gradient>();
    check::<abi::Importance>();
}

#[test]
fn c_header_has_the_recorded_layout() {
    if Command::new("cc").arg("--version").output().is_err() {
        println!("SKIPPED: no C compiler `cc` here, so the header was not compared");
        return;
    }
    let dir = tempfile::tempdir().expect("a temporary folder");
    let (source, program) = (dir.path().join("layout.c"), dir.path().join("layout"));
    std::fs::write(&source, c_program()).expect("writing the C program");
    let compiled = Command::new("cc")
        .args(["-std=c11", "-Wall", "-Wextra", "-Werror", "-I"])
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/include"))
        .arg(&source)
        .arg("-o")
        .arg(&program)
        .output()
        .expect("running cc");
    assert!(compiled.status.success(), "{}", String::from_utf8_lossy(&compiled.stderr));
    let printed = Command::new(&program).output().expect("running the C program");
    assert_eq!(String::from_utf8_lossy(&printed.stdout), GOLDEN);
}
