"""Every finding of the publication check: stable code → severity and Indonesian sentence.

Codes are never reused for another meaning; tests, translations and the documents of an office may rely on them. The
placeholders of a sentence are filled by `Report.add`.
"""

from __future__ import annotations

from bpmn.model import Finding

ERROR = "error"
WARNING = "warning"
MAX_FINDINGS = 200

CODES: dict[str, tuple[str, str]] = {
    # --- The file ---
    "FILE_EMPTY": (ERROR, "Berkas kosong; unggah berkas diagram BPMN."),
    "FILE_TOO_LARGE": (ERROR, "Berkas melebihi {limit} MB; sederhanakan diagramnya."),
    "FILE_ENCODING": (ERROR, "Berkas tidak ditulis dalam UTF-8; simpan ulang dari penyunting diagram."),
    "FILE_DOCTYPE": (ERROR, "Berkas memuat deklarasi DOCTYPE atau entitas, yang tidak diterima; hapus deklarasi itu."),
    "FILE_MALFORMED": (ERROR, "Berkas bukan XML yang utuh; simpan ulang dari penyunting diagram."),
    "FILE_TOO_MANY_ELEMENTS": (ERROR, "Berkas memuat lebih dari {limit} elemen; pecah menjadi beberapa SOP."),
    "FILE_TOO_DEEP": (ERROR, "Susunan berkas lebih dalam dari {limit} tingkat; sederhanakan susunannya."),
    "FILE_TIMEOUT": (
        ERROR,
        "Pemeriksaan dihentikan karena melebihi {limit} detik; sederhanakan diagram, formulir, atau ungkapannya.",
    ),
    "FILE_CHECK_FAILED": (ERROR, "Berkas ini membuat pemeriksaan terhenti; sederhanakan diagram lalu coba lagi."),
    "TEXT_HIDDEN": (ERROR, "Teks elemen ini memuat karakter kendali atau pengubah arah tulisan; ketik ulang teksnya."),
    "TEXT_TOO_LONG": (ERROR, "Teks elemen ini melebihi {limit} karakter; persingkat teksnya."),
    "NOT_BPMN": (ERROR, "Berkas ini bukan diagram BPMN 2.0; unggah berkas yang berakar “definitions”."),
    "FINDINGS_CUT": (WARNING, "Ada lebih dari {limit} temuan; perbaiki yang tercantum lalu periksa kembali."),
    # --- The process and its elements ---
    "PROCESS_MISSING": (ERROR, "Diagram tidak memuat proses; gambar satu proses."),
    "PROCESS_SEVERAL": (ERROR, "Diagram memuat lebih dari satu proses; sisakan satu proses per berkas."),
    "PROCESS_NOT_EXECUTABLE": (
        ERROR,
        "Proses ini ditandai tidak dapat dijalankan; ubah “isExecutable” menjadi “true”.",
    ),
    "PROCESS_NAME": (ERROR, "Proses belum bernama; isi nama SOP pada proses."),
    "ID_MISSING": (ERROR, "Elemen “{tag}” tidak memiliki id; beri id yang unik."),
    "ID_BAD": (ERROR, "Id “{id}” tidak dapat dipakai; gunakan huruf, angka, garis bawah, titik, atau tanda hubung."),
    "ID_DOUBLED": (ERROR, "Id “{id}” dipakai lebih dari sekali; beri id yang berbeda."),
    "TOO_MANY_NODES": (ERROR, "Diagram memuat lebih dari {limit} simbol; pecah menjadi beberapa SOP."),
    "ELEMENT_UNSUPPORTED": (
        ERROR,
        "Elemen “{tag}” tidak didukung; gunakan tugas pengguna, gerbang eksklusif atau paralel, peristiwa mulai, "
        "selesai, dan pengatur waktu.",
    ),
    "PART_UNSUPPORTED": (ERROR, "Bagian “{tag}” pada elemen ini tidak didukung; hapus bagian itu."),
    "ATTRIBUTE_UNSUPPORTED": (ERROR, "Atribut “{name}” pada elemen ini tidak didukung; hapus atribut itu."),
    "EVENT_UNSUPPORTED": (
        ERROR,
        "Peristiwa jenis “{tag}” tidak didukung; gunakan peristiwa mulai biasa, selesai biasa atau penghentian, dan "
        "pengatur waktu.",
    ),
    "EXTENSION_UNKNOWN": (ERROR, "Keterangan “{tag}” tidak dikenal atau salah tempat; perbaiki atau hapus."),
    "EXTENSION_ATTRIBUTE": (ERROR, "Keterangan “{tag}” tidak mengenal atribut “{name}”; perbaiki atau hapus."),
    "EXTENSION_MISSING": (ERROR, "Keterangan “{tag}” belum lengkap; isi “{name}”."),
    "EXTENSION_DOUBLED": (ERROR, "Keterangan “{tag}” ditulis lebih dari sekali; sisakan satu."),
    "EXTENSION_VALUE": (ERROR, "Nilai “{value}” untuk “{name}” tidak dikenal; pilih salah satu dari {choices}."),
    "FEEL_SYNTAX": (ERROR, "Ungkapan “{text}” tidak dapat dibaca (baris {at_line}, kolom {column}): {reason}."),
    "FEEL_FOREIGN": (ERROR, "Ungkapan “{text}” memakai bentuk “${{…}}”; tulis ungkapan FEEL tanpa tanda itu."),
    # --- Lanes ---
    "LANE_MISSING": (ERROR, "Langkah “{name}” belum berada di lajur pelaksana; letakkan pada salah satu lajur."),
    "LANE_DOUBLED": (ERROR, "Simbol “{name}” tercatat di lebih dari satu lajur; letakkan pada satu lajur saja."),
    "LANE_NESTED": (ERROR, "Lajur “{name}” berisi lajur lain; gunakan satu tingkat lajur."),
    "LANE_ROLE": (ERROR, "Lajur “{name}” belum memiliki peran; isi peran pelaksananya (sop:role)."),
    "LANE_NAME": (ERROR, "Lajur belum bernama; isi nama pelaksananya."),
    "LANE_UNKNOWN_NODE": (ERROR, "Lajur “{name}” menyebut simbol “{node}” yang tidak ada; hapus rujukan itu."),
    "UNIT_ITEM": (
        ERROR,
        "Unit “item” hanya berlaku bagi langkah yang diisi banyak unit; ubah unitnya atau tandai langkah sebagai "
        "berulang paralel.",
    ),
    "UNIT_VARIABLE": (
        ERROR,
        "Unit “{unit}” memakai “{variable}” yang tidak dikenal; hanya “owner” dan “item” yang dapat dipakai.",
    ),
    # --- The flow ---
    "START_MISSING": (ERROR, "Diagram tidak memiliki peristiwa mulai; tambahkan satu."),
    "START_SEVERAL": (ERROR, "Diagram memiliki lebih dari satu peristiwa mulai; sisakan satu."),
    "START_INCOMING": (ERROR, "Peristiwa mulai tidak boleh memiliki aliran masuk; arahkan aliran ke gerbang."),
    "END_MISSING": (ERROR, "Diagram tidak memiliki peristiwa selesai; tambahkan satu."),
    "END_OUTGOING": (ERROR, "Peristiwa selesai tidak boleh memiliki aliran keluar; hapus aliran itu."),
    "FLOW_ENDS": (ERROR, "Aliran “{name}” tidak menghubungkan dua simbol yang ada; sambungkan ulang."),
    "FLOW_SELF": (ERROR, "Aliran “{name}” kembali ke simbol asalnya; sisipkan langkah di antaranya."),
    "FLOW_DOUBLED": (ERROR, "Ada dua aliran dari “{source}” ke “{target}”; gabungkan menjadi satu."),
    "OUTGOING_MISSING": (ERROR, "“{name}” tidak memiliki aliran keluar; sambungkan ke langkah berikutnya."),
    "OUTGOING_SEVERAL": (
        ERROR,
        "“{name}” memiliki lebih dari satu aliran keluar; gunakan gerbang untuk mencabangkan alur.",
    ),
    "INCOMING_MISSING": (ERROR, "“{name}” tidak memiliki aliran masuk; sambungkan dari langkah sebelumnya."),
    "INCOMING_SEVERAL": (
        ERROR,
        "“{name}” memiliki lebih dari satu aliran masuk; satukan dahulu dengan gerbang eksklusif.",
    ),
    "UNREACHABLE": (ERROR, "“{name}” tidak dapat dicapai dari peristiwa mulai; sambungkan atau hapus."),
    "NO_WAY_OUT": (ERROR, "Dari “{name}” alur tidak dapat mencapai peristiwa selesai; tambahkan jalan keluarnya."),
    "CONDITION_MISSING": (
        ERROR,
        "Aliran “{flow}” dari gerbang “{name}” belum bersyarat; isi syaratnya atau jadikan aliran bawaan.",
    ),
    "CONDITION_MISPLACED": (
        ERROR,
        "Aliran “{flow}” bersyarat padahal tidak keluar dari gerbang eksklusif; pindahkan syarat ke gerbang.",
    ),
    "CONDITION_ON_DEFAULT": (ERROR, "Aliran bawaan “{flow}” tidak boleh bersyarat; hapus syaratnya."),
    "CONDITION_CONSTANT": (ERROR, "Syarat aliran “{flow}” tidak bergantung pada isian apa pun; perbaiki syaratnya."),
    "CONDITION_VALUE": (
        ERROR,
        "Syarat aliran “{flow}” membandingkan “{variable}” dengan “{value}” yang tidak ada pada pilihan formulir "
        "“{form}”; samakan tulisannya.",
    ),
    "CONDITION_NO_DEFAULT": (
        WARNING,
        "Gerbang “{name}” tidak memiliki aliran bawaan; pastikan salah satu syarat selalu terpenuhi.",
    ),
    "DEFAULT_UNKNOWN": (ERROR, "Aliran bawaan “{flow}” bukan aliran keluar dari “{name}”; pilih aliran keluarnya."),
    "CYCLE_IDLE": (
        ERROR,
        "Alur berputar melalui {names} tanpa tugas atau pengatur waktu; sisipkan tugas di dalam putaran itu.",
    ),
    "JOIN_DEADLOCK": (
        ERROR,
        "Gerbang “{name}” akan menunggu cabang yang tidak pernah tiba; pasangkan setiap gerbang paralel pembuka dengan "
        "penutupnya.",
    ),
    "TOKEN_DOUBLED": (
        ERROR,
        "“{name}” dapat dijalankan dua kali pada saat yang sama; satukan cabang paralel dengan gerbang paralel dahulu.",
    ),
    "FLOW_TOO_COMPLEX": (
        ERROR,
        "Cabang paralel diagram ini terlalu banyak untuk dipastikan kebenarannya; kurangi cabang yang berjalan "
        "bersamaan.",
    ),
    # --- Timers ---
    "TIMER_MISSING": (ERROR, "Pengatur waktu “{name}” belum berisi lama waktu; isi durasinya."),
    "TIMER_KIND": (
        ERROR,
        "Pengatur waktu “{name}” harus berupa lama waktu (timeDuration); tanggal dan pengulangan tidak didukung.",
    ),
    "TIMER_DURATION": (
        ERROR,
        "Lama waktu “{text}” tidak didukung; tulis hari kerja (misalnya P1D) atau jam dan menit kerja (misalnya "
        "PT1H30M).",
    ),
    "TIMER_INTERRUPTING": (
        ERROR,
        "Batas waktu “{name}” menghentikan tugasnya; ubah menjadi tidak menghentikan (non-interrupting).",
    ),
    "TIMER_ATTACHED": (ERROR, "Batas waktu “{name}” tidak menempel pada tugas pengguna; tempelkan pada tugasnya."),
    "TIMER_SEVERAL": (ERROR, "Langkah “{name}” memiliki lebih dari satu batas waktu; sisakan satu."),
    "TIMER_OUTGOING": (
        ERROR,
        "Batas waktu “{name}” tidak boleh memiliki aliran keluar; keterlambatan ditandai dan diberitahukan sendiri.",
    ),
    "TIMER_NONE": (WARNING, "Langkah “{name}” tidak memiliki batas waktu; tempelkan pengatur waktu sesuai mutu baku."),
    "DUE_WITHOUT_TIMER": (
        ERROR,
        "Langkah “{name}” mengatur tanggal batas waktu (sop:due) tanpa pengatur waktu; tempelkan pengatur waktunya.",
    ),
    # --- The standard, documents and forms of a step ---
    "TASK_NAME": (ERROR, "Langkah belum bernama; isi uraian kegiatannya."),
    "TASK_NONE": (ERROR, "Diagram tidak memuat satu pun tugas pengguna; gambar langkah-langkahnya."),
    "STANDARD_MISSING": (WARNING, "Langkah “{name}” belum memiliki mutu baku; isi kelengkapan, waktu, dan output."),
    "STANDARD_PART": (WARNING, "Mutu baku langkah “{name}” belum memuat {part}; lengkapi sesuai naskah SOP."),
    "STANDARD_TIME_TEXT": (
        WARNING,
        "Waktu “{text}” pada mutu baku langkah “{name}” tidak dapat dibandingkan dengan pengatur waktu; tulis "
        "misalnya “1 hari” atau “10 menit”.",
    ),
    "STANDARD_TIME": (
        ERROR,
        "Mutu baku langkah “{name}” menyebut “{text}” tetapi pengatur waktunya {drawn}; samakan keduanya.",
    ),
    "FORM_MISSING": (ERROR, "Langkah “{name}” belum memiliki formulir; isi formulirnya (sop:form)."),
    "FORM_UNKNOWN": (ERROR, "Formulir “{form}” tidak ditemukan; sertakan formulirnya atau perbaiki namanya."),
    "FORM_INVALID": (ERROR, "Formulir “{form}” tidak dapat dipakai: {reason}"),
    "START_FORM_MISSING": (ERROR, "Proses belum memiliki formulir awal; isi sop:startForm pada proses."),
    "BUSINESS_KEY_MISSING": (ERROR, "Proses belum memiliki kunci pelaksanaan; isi sop:businessKey pada proses."),
    "TITLE_MISSING": (ERROR, "Proses belum memiliki judul pelaksanaan; isi sop:title pada proses."),
    "START_VARIABLE": (
        ERROR,
        "{what} memakai “{variable}” yang tidak ada pada formulir awal; gunakan kunci isian formulir awal.",
    ),
    "VARIABLE_UNKNOWN": (
        ERROR,
        "{what} memakai “{variable}” yang tidak dihasilkan formulir mana pun sebelumnya; perbaiki nama atau letaknya.",
    ),
    "VARIABLE_MAYBE": (
        WARNING,
        "{what} memakai “{variable}” yang belum tentu terisi pada semua jalur; pastikan selalu diisi sebelumnya.",
    ),
    "VARIABLE_TYPE": (
        ERROR,
        "{what} memakai “{variable}” yang berjenis {found} pada formulir “{form}”; seharusnya {wanted}.",
    ),
    "DOCUMENT_UNKNOWN": (ERROR, "Dokumen “{document}” belum dinyatakan pada proses; tambahkan sop:document."),
    "DOCUMENT_DOUBLED": (ERROR, "Dokumen “{document}” dinyatakan lebih dari sekali; sisakan satu."),
    "DOCUMENT_KEY": (ERROR, "Kunci dokumen “{document}” tidak dapat dipakai; gunakan huruf, angka, dan garis bawah."),
    "DOCUMENT_UNREAD": (WARNING, "Dokumen “{document}” tidak ditulis oleh langkah mana pun; tulis atau hapus."),
    "DOCUMENT_EARLY": (
        ERROR,
        "Langkah “{name}” membaca dokumen “{document}” yang tidak ditulis langkah mana pun sebelumnya; perbaiki "
        "urutannya.",
    ),
    "WRITES_DOUBLED": (ERROR, "Langkah “{name}” menulis dokumen “{document}” dua kali; sisakan satu."),
    "SIGN_DOCUMENT": (ERROR, "Dokumen “{document}” yang ditandatangani langkah “{name}” tidak ditulis langkah itu."),
    "SIGN_WHEN": (
        ERROR,
        "Syarat paraf atau tanda tangan langkah “{name}” memakai “{variable}” yang tidak ada di formulir “{form}”; "
        "perbaiki syaratnya.",
    ),
    "SIGN_ITEM": (ERROR, "Langkah berulang “{name}” tidak dapat membubuhkan paraf atau tanda tangan; pindahkan."),
    "PRINT_DOCUMENT": (ERROR, "Dokumen “{document}” yang dicetak langkah “{name}” tidak dibaca atau ditulisnya."),
    "AMENDABLE_TARGET": (
        ERROR,
        "Koreksi langkah “{name}” merujuk ke “{target}” yang bukan tugas pengguna sesudahnya; perbaiki rujukannya.",
    ),
    "INITIAL_FIELD": (
        ERROR,
        "Isian awal “{field}” langkah “{name}” tidak dikenal formulir “{form}”; perbaiki nama isiannya.",
    ),
    "INITIAL_DOUBLED": (ERROR, "Isian awal “{field}” ditulis lebih dari sekali; sisakan satu."),
    "INITIAL_VARIABLE": (ERROR, "Isian awal “{field}” memakai “{variable}” yang tidak dikenal; perbaiki namanya."),
    "RETURN_NOTE_FIELD": (
        ERROR,
        "Catatan pengembalian langkah “{name}” merujuk isian “{field}” yang tidak ada di formulir “{form}”.",
    ),
    "DISTRIBUTE_ITEM": (
        ERROR,
        "Langkah berulang “{name}” tidak dapat membagikan dokumen; pindahkan ke langkah tunggal.",
    ),
    "EACH_MISSING": (
        ERROR,
        "Langkah berulang “{name}” belum menyebut daftar pengisinya; isi sop:each dengan collection dan item.",
    ),
    "EACH_SEQUENTIAL": (ERROR, "Langkah “{name}” berulang secara berurutan; ubah menjadi berulang paralel."),
    "EACH_ITEM_NAME": (
        ERROR,
        "Nama butir “{item}” pada langkah “{name}” tidak dapat dipakai; gunakan satu kata yang belum dipakai.",
    ),
    # --- Moving a running instance to another version (`bpmn.moving`, not the publication check) ---
    "MOVE_SAME_VERSION": (ERROR, "Pelaksanaan ini sudah memakai versi itu; pilih versi lain."),
    "MOVE_OTHER_PROCESS": (ERROR, "Versi itu milik SOP lain, “{process}”; pilih versi dari SOP yang sama."),
    "MOVE_FINISHED": (ERROR, "Pelaksanaan ini sudah selesai; tidak ada lagi yang dapat dipindahkan."),
    "MOVE_ELEMENT_GONE": (
        ERROR,
        "“{name}” sedang berjalan, tetapi tidak ada pada versi baru; selesaikan dahulu, lalu pindahkan.",
    ),
    "MOVE_KIND": (
        ERROR,
        "“{name}” sedang berjalan, tetapi berganti jenis pada versi baru; selesaikan dahulu, lalu pindahkan.",
    ),
    "MOVE_EACH": (
        ERROR,
        "“{name}” sedang berjalan sebagai langkah {before}, tetapi pada versi baru menjadi langkah {after}; selesaikan "
        "dahulu, lalu pindahkan.",
    ),
    "MOVE_ITEMS": (
        ERROR,
        "Daftar pengisi “{name}” menurut versi baru berbeda dari yang sedang berjalan ({difference}); selesaikan "
        "dahulu, lalu pindahkan.",
    ),
    "MOVE_JOIN": (
        ERROR,
        "Cabang dari “{source}” sudah menunggu di gerbang “{name}”, tetapi versi baru tidak mengenal cabang itu; "
        "tunggu sampai gerbang terlewati, lalu pindahkan.",
    ),
    "MOVE_STUCK": (
        ERROR,
        "Dari keadaan sekarang alur versi baru akan menunggu selamanya di gerbang “{name}”; tunggu sampai cabang "
        "paralelnya selesai, lalu pindahkan.",
    ),
    "MOVE_DOUBLED": (
        ERROR,
        "Dari keadaan sekarang “{name}” pada versi baru dapat berjalan dua kali sekaligus; tunggu sampai cabang "
        "paralelnya selesai, lalu pindahkan.",
    ),
    "MOVE_COMPLEX": (
        ERROR,
        "Cabang paralel versi baru terlalu banyak untuk dipastikan dari keadaan sekarang; tunggu sampai cabangnya "
        "selesai, lalu pindahkan.",
    ),
    "MOVE_VARIABLE": (
        ERROR,
        "“{name}” pada versi baru memerlukan isian “{variable}”, yang tidak ada pada dokumen pelaksanaan ini dan tidak "
        "akan diisi sebelum sampai ke sana.",
    ),
    "MOVE_DUE": (ERROR, "Batas waktu “{name}” menurut versi baru tidak dapat dihitung: {reason}."),
    # --- The identity page ---
    "IDENTITY_MISSING": (WARNING, "Halaman identitas SOP belum diisi; lengkapi sop:identity pada proses."),
    "IDENTITY_PART": (WARNING, "Halaman identitas SOP belum memuat {part}; lengkapi sesuai naskah SOP."),
    "IDENTITY_NIP": (
        WARNING,
        "NIP “{nip}” pada halaman identitas berjumlah {digits} digit, seharusnya 18; cocokkan dengan naskah aslinya.",
    ),
}


class Report:
    """Collects findings in the order in which they are met; says when there are too many to go on."""

    def __init__(self) -> None:
        self._findings: dict[tuple[str, str, str], Finding] = {}
        self._cut: Finding | None = None

    def add(self, code: str, element: str = "", *, line: int | None = None, **values: object) -> None:
        """Adds the finding `code` at `element`; `values` fill the sentence. Said once, however often it is added."""
        severity, sentence = CODES[code]
        shown = {key: _short(value) for key, value in values.items()}
        message = sentence.format(**shown)
        key = (code, element, message)
        if len(self._findings) < MAX_FINDINGS or key in self._findings:
            self._findings.setdefault(key, Finding(code, severity, element, message, line))
        else:
            cut_severity, cut_sentence = CODES["FINDINGS_CUT"]
            self._cut = Finding("FINDINGS_CUT", cut_severity, "", cut_sentence.format(limit=MAX_FINDINGS))

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings so far."""
        return (*self._findings.values(), *((self._cut,) if self._cut is not None else ()))

    @property
    def errors(self) -> tuple[Finding, ...]:
        """Those that forbid publication."""
        return tuple(finding for finding in self._findings.values() if finding.severity == ERROR)


def _short(value: object) -> str:
    """A value fit for a sentence: one line, not endless."""
    text = " ".join(str(value).split())
    return text if len(text) <= 160 else text[:157] + "…"
