//! What happens to card contracts that others must learn of.

use serde_json::Value as Json;

use super::entity::Contract;
use crate::lifecycle::words;
use crate::line::work::Work;
use crate::model::json::Json as Text;
use crate::model::{Event, Told};

words! {
    /// What happened.
    pub(super) enum EventKind {
        /// A contract is new in the book.
        Created "contract.created",
        /// The customer has signed.
        Signed "contract.signed",
        /// Another card, or account.
        CardAdded "contract.card_added",
        /// Its particulars changed.
        Updated "contract.updated",
        /// Its members have moved.
        AddressesUpdated "contract.addresses_updated",
        /// It is blocked until it is closed.
        Suspended "contract.suspended",
        /// That was taken back.
        SuspensionCancelled "contract.suspension_cancelled",
        /// It will be closed.
        ClosingScheduled "contract.closing_scheduled",
        /// It will not be closed after all.
        ClosingCancelled "contract.closing_cancelled",
        /// It is closed.
        Closed "contract.closed",
        /// An account has another fee model.
        FeesUpdated "contract.fees_updated",
        /// It has another owner.
        PrincipalSwitched "contract.principal_switched",
        /// A member was legitimated anew.
        DocumentUpdated "contract.legitimacy_document_updated",
    }
}

/// The names in events, replies and exports whose values are numbers of identity documents: masked wherever the reader is
/// not the partner that sent them, or where its profile asks for that.
pub(super) const PERSONAL_FIELDS: &[&str] = &["document_no", "legitimacyDocumentId"];

/// Tells what happened; nothing where nothing did.
pub(super) fn tell(
    work: &mut Work<'_>,
    events: Option<&[EventKind]>,
    contract: &Contract,
    changed: &Json,
) {
    for kind in events.unwrap_or_default() {
        work.decision.events.push(Event {
            kind: kind.as_str(),
            subject: work.key.into(),
            state: contract.state.as_str(),
            told: Told::Changed(Text::of(changed)),
        });
    }
}
