//! stub
use crate::format::{Format, Total};
use crate::model::Source;
use crate::outbox::answers::files::Answer;
use crate::read::{Chunk, Layout};
use anyhow::Result;
use chrono::{DateTime, FixedOffset};
pub struct RejectedWriter;
impl RejectedWriter {
    pub fn create(
        _: &Format,
        _: &Layout,
        _: &crate::os::Folder,
        _: &str,
        _: DateTime<FixedOffset>,
    ) -> Result<Self> {
        Ok(Self)
    }
    pub fn add(&mut self, _: &Chunk, _: &Source) -> Result<()> {
        Ok(())
    }
    pub fn finish(self, _: u64, _: &dyn Fn(&Total) -> String) -> Result<Option<Answer>> {
        Ok(None)
    }
}
