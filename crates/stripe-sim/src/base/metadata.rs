use std::collections::BTreeMap;

/// The integrator's own keys and values on an object.
pub(crate) type Metadata = BTreeMap<String, String>;
