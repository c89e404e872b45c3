//! The slots of a node for attempts that run at the same time.

use std::time::Duration;

use crate::model::outbox::lane::LaneState;

/// The number of slots for attempts at responsive lanes.
pub const RESPONSIVE_SLOTS: usize = 32;

/// The number of slots for attempts at unresponsive lanes, and for attempts that turned out to be
/// slow. A slot costs a waiting thread.
pub const SLOW_SLOTS: usize = 224;

/// After this time without an answer an attempt is slow, and leaves its responsive slot to others.
pub const SLOW_AFTER: Duration = Duration::from_millis(250);

/// The slots that are taken on a node. An attempt that hangs takes a responsive slot for a moment only,
/// as long as there are slow slots; and endpoints that hung at their last attempt take slow slots only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Slots {
    responsive: usize,
    slow: usize,
}

/// A slot that one attempt holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    /// A slot for attempts at responsive lanes.
    Responsive,
    /// A slot for slow attempts.
    Slow,
}

impl Slots {
    /// The number of free responsive slots.
    pub fn free_responsive(&self) -> usize {
        RESPONSIVE_SLOTS.saturating_sub(self.responsive)
    }

    /// The number of free slow slots.
    pub fn free_slow(&self) -> usize {
        SLOW_SLOTS.saturating_sub(self.slow)
    }

    /// Whether no attempt runs.
    pub fn is_empty(&self) -> bool {
        self.responsive == 0 && self.slow == 0
    }

    /// Takes a slot for an attempt at a lane.
    pub fn take(&mut self, lane: LaneState) -> Slot {
        let slot = match lane {
            LaneState::Responsive => Slot::Responsive,
            LaneState::Unresponsive | LaneState::Closed => Slot::Slow,
        };
        self.add(slot);
        slot
    }

    /// Moves an attempt that is slow to a slow slot, if one is free.
    pub fn move_slow(&mut self, slot: &mut Slot) {
        if *slot == Slot::Responsive && self.free_slow() > 0 {
            self.release(*slot);
            *slot = Slot::Slow;
            self.add(*slot);
        }
    }

    /// Frees the slot of an attempt that ended.
    pub fn release(&mut self, slot: Slot) {
        let count = self.count(slot);
        *count = count.saturating_sub(1);
    }

    fn add(&mut self, slot: Slot) {
        let count = self.count(slot);
        *count = count.saturating_add(1);
    }

    fn count(&mut self, slot: Slot) -> &mut usize {
        match slot {
            Slot::Responsive => &mut self.responsive,
            Slot::Slow => &mut self.slow,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_attempt_leaves_its_slot_while_there_are_slow_ones() {
        let mut slots = Slots::default();
        for _ in 0..SLOW_SLOTS {
            let mut slot = slots.take(LaneState::Responsive);
            assert_eq!(slots.free_responsive(), RESPONSIVE_SLOTS - 1);
            slots.move_slow(&mut slot);
            assert_eq!(
                (slot, slots.free_responsive()),
                (Slot::Slow, RESPONSIVE_SLOTS)
            );
        }
        let mut slot = slots.take(LaneState::Responsive);
        slots.move_slow(&mut slot);
        assert_eq!(slot, Slot::Responsive, "no slow slot is free");
        slots.release(Slot::Slow);
        slots.move_slow(&mut slot);
        assert_eq!((slot, slots.free_slow()), (Slot::Slow, 0));
    }

    #[test]
    fn unresponsive_lanes_take_slow_slots_and_a_released_slot_is_free_again() {
        let mut slots = Slots::default();
        let slot = slots.take(LaneState::Unresponsive);
        assert_eq!(
            (slots.free_slow(), slots.free_responsive()),
            (SLOW_SLOTS - 1, RESPONSIVE_SLOTS)
        );
        assert!(!slots.is_empty());
        slots.release(slot);
        assert_eq!(slots, Slots::default());
        assert!(slots.is_empty());
    }
}
