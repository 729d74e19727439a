//! The boosters against scikit-learn's numbers, against what must hold of any, and as plugin
//! models.
