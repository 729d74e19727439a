//! The safe Rust that a model plugin author sees
