//! Lanes: the deliveries of one endpoint, or the mails of one tenant, which wait in line.
//!
//! Lanes take turns, so that no lane delays another one for long.

use crate::base::text_enum::text_enum;

text_enum! {
    /// How the deliveries of a lane are claimed.
    pub enum LaneState {
        /// Nothing is claimed; the deliveries wait.
        Closed = "closed",
        /// The last attempt had an answer in time, or there was no attempt yet.
        Responsive = "responsive",
        /// The last attempt had no answer in time.
        Unresponsive = "unresponsive",
    }

    /// The text is not the state of a lane.
    #[error("unknown lane state")]
    pub struct UnknownLaneState;
}
