//! `/v1/events`.

use crate::params::spec::Kind::{Positive, Text, TextList};
use crate::params::spec::{CREATED, Param, optional};

pub(crate) const LIST: &[Param] = &[
    CREATED,
    optional("limit", Positive),
    optional("starting_after", Text),
    optional("type", Text),
    optional("types", TextList),
];
