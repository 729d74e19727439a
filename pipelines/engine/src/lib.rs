//! The study loop and the evaluation of one trial
