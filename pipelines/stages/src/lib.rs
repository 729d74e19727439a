//! Preprocessing stages, fitted on the training fold only
