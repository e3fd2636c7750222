//! Every real file of ISO 20022 and of the Nordic countries: read as it should be, or refused with the right reason.

use std::collections::BTreeSet;
use std::path::Path;

use super::{check, site};

const SETTINGS: &str = r#"
[site]
time_zone = "Europe/Stockholm"

[partner.bank]
formats = ["camt054-1", "camt053-1", "pain008-1", "bgmax-1", "ocr-giro-1"]
lines = ["loan", "insurance"]
settle = "0s"

[product.LAN]
line = "loan"
"#;

/// (file, status, reason, records, sum of what was read)
#[rustfmt::skip]
const READ: &[(&str, &str, &str, u64, &str)] = &[
    ("iso20022/camt053/FI_camt_053_sample.xml.xml", "accepted", "", 6, "23075.00"),
    ("iso20022/camt053/camt.053_P_CH2909000000250094239_1110092698_0_2020112503071366.xml", "accepted", "", 4, "4733.72"),
    ("iso20022/camt053/camt053.v2.all-balance-types.xml", "accepted", "", 1, "8.85"),
    ("iso20022/camt053/camt053.v2.five.decimals.xml", "accepted", "", 1, "8.85"),
    ("iso20022/camt053/camt053.v2.minimal.ultimate.xml", "accepted", "", 1, "8.85"),
    ("iso20022/camt053/camt053.v2.minimal.xml", "accepted", "", 1, "8.85"),
    ("iso20022/camt053/camt053.v2.with-account-name.xml", "accepted", "", 1, "8.85"),
    ("iso20022/camt053/camt053.v4.xml", "accepted", "", 1, "8.85"),
    ("iso20022/camt053/camt053.v8.xml", "accepted", "", 1, "8.85"),
    ("iso20022/camt053/goldman_sachs_camt_053_uk_v2_virtual_accounts.xml", "accepted", "", 2, "200.00"),
    ("iso20022/camt054/200519_camt.054-Credit_P_CH2909000000250094239_1110092691_0_2019042421291293.xml", "accepted", "", 1, "1500.00"),
    ("iso20022/camt054/200519_camt054-ESR-ASR_P_CH2909000000250094239_1110092704_0_2019042500372179.xml", "accepted", "", 5, "1537.00"),
    ("iso20022/camt054/200519_camt054-chdd_p_ch2909000000250094239_1110097484_0_20190520700381159.xml", "accepted", "", 2, "4.50"),
    ("iso20022/camt054/200519_camt054-epo_p_ch5109000000250092291_1110097605_0_2019052103322231.xml", "accepted", "", 0, ""),
    ("iso20022/camt054/200519_camt054-returns_p_ch2909000000250094239_1109800798_0_2019052023472022.xml", "accepted", "", 1, "400.00"),
    ("iso20022/camt054/200924_camt.054_P_CH2909000000250094239_1110092703_0_2019042423412214.xml", "accepted", "", 6, "1500.00"),
    ("iso20022/camt054/200924_camt.054_P_CH2909000000250094239_1111091335_0_2020061900081727.xml", "accepted", "", 2, "1692.22"),
    ("iso20022/camt054/camt054-returns_p_ch5109000000250092291_1110097606_0_2020112500512470.xml", "accepted", "", 1, "500.00"),
    ("iso20022/camt054/camt054.v2.with-account-name.xml", "accepted", "", 0, ""),
    ("iso20022/camt054/camt054.v2.xml", "accepted", "", 0, ""),
    ("iso20022/camt054/camt054.v8-with-UETR.xml", "accepted", "", 0, ""),
    ("iso20022/camt054/camt054.v8-with-financial-institution.xml", "accepted", "", 0, ""),
    ("iso20022/mixed/statement_1.xml", "accepted", "", 0, ""),
    ("iso20022/pain008/phpsepa_pain.008.001.02.xml", "accepted", "", 1, "12.34"),
    ("iso20022/pain008/phpsepa_pain.008.001.04.xml", "accepted", "", 1, "12.34"),
    ("iso20022/pain008/phpsepa_pain.008.001.05.xml", "accepted", "", 1, "12.34"),
    ("iso20022/pain008/phpsepa_pain.008.001.06.xml", "accepted", "", 1, "12.34"),
    ("iso20022/pain008/phpsepa_pain.008.001.07.xml", "accepted", "", 1, "12.34"),
    ("iso20022/pain008/phpsepa_pain.008.001.11.xml", "accepted", "", 1, "12.34"),
    ("iso20022/pain008/phpsepa_pain.008.003.02.xml", "accepted", "", 1, "12.34"),
    ("iso20022/pain008/sepa_king_pain.008.002.02.xml", "accepted", "", 2, "6655.86"),
    ("iso20022/pain008/sepaxml_test_00800109_0.xml", "accepted", "", 2, "60.12"),
    ("iso20022/pain008/sepaxml_test_escaped_0.xml", "accepted", "", 2, "60.12"),
    ("iso20022/pain008/sepaxml_test_no_bic_0.xml", "accepted", "", 2, "60.12"),
    ("iso20022/pain008/sepaxml_test_non_batch_0.xml", "accepted", "", 2, "60.12"),
    ("iso20022/pain008/sepaxml_test_timestamps_0.xml", "accepted", "", 2, "60.12"),
    ("iso20022/pain008/sps_king_pain.008.001.02.ch.03.xml", "accepted", "", 3, "4372.50"),
    ("iso20022/wrappers/camt.053.001.07.xml", "quarantined", "malformed", 0, ""),
    ("nordic/no/avtalegiro_agreements.txt", "rejected", "malformed", 0, ""),
    ("nordic/no/ocr2.txt", "accepted", "", 20, "51449.00"),
    ("nordic/no/ocr_giro_transactions.txt", "accepted", "", 20, "51449.00"),
    ("nordic/no/ocr_test.ocr", "rejected", "totals_mismatch", 5, "3720.00"),
];

/// Messages of other kinds, and what is no message: nobody guesses what they are.
const NO_FORMAT: &[&str] = &[
    "iso20022/camt052/FI_camt_052_sample.xml.xml",
    "iso20022/camt052/camt052.v2.with-account-name.json",
    "iso20022/camt052/camt052.v2.with-account-name.xml",
    "iso20022/camt052/camt052.v4.json",
    "iso20022/camt052/camt052.v4.xml",
    "iso20022/camt052/camt052.v8.json",
    "iso20022/camt052/camt052.v8.xml",
    "iso20022/camt053/camt053.v2.all-balance-types.json",
    "iso20022/camt053/camt053.v2.five.decimals.json",
    "iso20022/camt053/camt053.v2.minimal.json",
    "iso20022/camt053/camt053.v2.minimal.ultimate.json",
    "iso20022/camt053/camt053.v2.with-account-name.json",
    "iso20022/camt053/camt053.v4.json",
    "iso20022/camt053/camt053.v8.json",
    "iso20022/camt054/camt054.v2.json",
    "iso20022/camt054/camt054.v2.with-account-name.json",
    "iso20022/camt054/camt054.v8-with-UETR.json",
    "iso20022/camt054/camt054.v8-with-financial-institution.json",
    "iso20022/mixed/International_payment_USD_naujas_1.xml",
    "iso20022/mixed/invalid_file2",
    "iso20022/mixed/invalid_pain_v11.json",
    "iso20022/mixed/invalid_pain_v11.xml",
    "iso20022/mixed/valid_pain_v11.json",
    "iso20022/mixed/valid_pain_v11.xml",
    "iso20022/pacs002/vgi_status1.xml",
    "iso20022/pacs008/vgi_payment1.xml",
    "iso20022/pain001/cross_river_pain_001_ach_credit.xml",
    "iso20022/pain001/cross_river_pain_001_rtp_credit.xml",
    "iso20022/pain001/example_sepa_pain_001_v3.xml",
    "iso20022/pain001/example_sepa_pain_001_v3_multiple_pmtinf.xml",
    "iso20022/pain001/goldman_sachs_pain_001_v3_sepa.xml",
    "iso20022/pain001/musterfile_pain.001_Nov2020.xml",
    "iso20022/pain001/pain001lib_pain.001.001.04_pain.001.001.04.xml",
    "iso20022/pain001/pain001lib_pain.001.001.04_template.csv",
    "iso20022/pain001/pain001lib_pain.001.001.06_pain.001.001.06.xml",
    "iso20022/pain001/pain001lib_pain.001.001.06_template.csv",
    "iso20022/pain001/pain001lib_pain.001.001.08_pain.001.001.08.xml",
    "iso20022/pain001/pain001lib_pain.001.001.08_template.csv",
    "iso20022/pain001/phpsepa_pain.001.001.04.xml",
    "iso20022/pain001/phpsepa_pain.001.001.07.xml",
    "iso20022/pain001/phpsepa_pain.001.001.12.xml",
    "iso20022/pain001/sepa_king_pain.001.002.03.xml",
    "iso20022/pain001/sepaxml_test_00100111_0.xml",
    "iso20022/pain001/sepaxml_test_currency_override_0.xml",
    "iso20022/pain001/sepaxml_test_domestic_0.xml",
    "iso20022/pain001/sepaxml_test_non_batch_0.xml",
    "iso20022/pain001/sps_king_pain.001.001.03.ch.02.xml",
    "iso20022/pain002/cross_river_pain_002_debit_accepted.xml",
    "iso20022/pain002/goldman_sachs_pain_002_v3_accepted.xml",
    "iso20022/pain002/goldman_sachs_pain_002_v3_group_accepted.xml",
    "iso20022/pain002/goldman_sachs_pain_002_v3_payment_accepted.xml",
    "iso20022/pain002/nordea_pain_002_v3_txn_reject.xml",
    "iso20022/pain002/pain002-chdd-cor1_p_ch2909000000250094239_1110097483_0_2018031317221082.xml",
    "iso20022/pain002/pain002-epo_p_ch2909000000250094239_1109800799_0_2018032612092784.xml",
    "iso20022/pain009/bcb_pix_pain.009.xml",
    "iso20022/pain009/iso_mdr_pain.009.001.04_jersey_mobile.xml",
    "iso20022/wrappers/header-with-signature.xml",
    "iso20022/wrappers/mx_sample_bah.xml",
    "iso20022/wrappers/mx_sample_document.xml",
    "iso20022/wrappers/pacs.002-CDATA-multiple-namespace.xml",
    "iso20022/wrappers/pacs.002-CDATA-namespace-noprefix.xml",
    "iso20022/wrappers/pacs.002-CDATA-nonamespace.xml",
    "iso20022/wrappers/pacs.002-CDATA-with-documentWrapper.xml",
    "iso20022/wrappers/pacs.002-CDATA-with-header.xml",
    "iso20022/wrappers/pacs.002-CDATA.xml",
    "iso20022/wrappers/pacs.009.001.07.xml",
];

fn all(folder: &Path, from: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            all(&path, from, found);
            continue;
        }
        let name = path.strip_prefix(from).expect("below it");
        found.insert(name.to_str().expect("UTF-8").to_owned());
    }
}

#[test]
fn every_real_message_is_read_or_refused_with_the_right_reason() {
    let Some(real) = crate::delimited::real_files() else {
        return;
    };
    let mut there = BTreeSet::new();
    for folder in ["iso20022", "nordic"] {
        all(&real.join(folder), &real, &mut there);
    }
    let refused = NO_FORMAT
        .iter()
        .map(|name| (*name, "quarantined", "no_format", 0, ""));
    let rows: Vec<_> = READ.iter().copied().chain(refused).collect();
    let named: BTreeSet<String> = rows.iter().map(|row| row.0.to_owned()).collect();
    assert_eq!(
        there, named,
        "a file without a row, or a row without its file"
    );
    let folder = tempfile::tempdir().expect("a folder");
    let site = site(folder.path(), SETTINGS);
    for (name, status, reason, records, sum) in rows {
        let found = check(&site, &real.join(name));
        let seen = (
            found["status"].as_str(),
            found["reason"].as_str().unwrap_or(""),
            found["counts"]["records"].as_u64(),
            found["amounts"][0]["read"].as_str().unwrap_or(""),
        );
        let expected = (Some(status), reason, Some(records), sum);
        assert_eq!(seen, expected, "{name}: {found:#}");
    }
}
