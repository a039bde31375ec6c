"""Read what monitors give: recordings of WFDB, HL7 aECG and DICOM, as one value that goes up the patient link.

``recording`` is the value and the interface; ``wfdb_record``, ``hl7_aecg`` and ``dicom_ecg`` are the formats behind it,
``formats`` chooses between them, ``quality`` says what speaks against a trace, ``plausible`` which vital signs no
patient has. Knows no server, no clock and no patient: ``dispatch/client`` sends, the binding says whose it is.
"""
