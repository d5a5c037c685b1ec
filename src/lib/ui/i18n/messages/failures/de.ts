export const failures = {
  'failures.worker_lost': 'Der Rechenkern ist bei der Arbeit an diesem Bild stehen geblieben.',
  'failures.image_empty': 'Diese Datei ist leer.',
  'failures.image_unsupported': 'Diese Datei ist kein Bild einer Art, die Offcut liest.',
  'failures.image_undecodable': 'Dieses Bild ist beschädigt und lässt sich nicht lesen.',
  'failures.image_too_large': 'Dieses Bild ist zu groß.',
  'failures.image_truncated': 'Diese Datei endet zu früh: Ein Teil des Bildes fehlt.',
  'failures.image_checksum':
    'Diese Datei wurde versehentlich verändert: Teile des Bildes können falsch sein.',
  'failures.image_damaged': 'Diese Datei ist beschädigt: Teile des Bildes können fehlen.',
  'failures.image_animated': 'Dieses Bild ist animiert: Das erste Einzelbild wurde genommen.',
  'failures.subject_empty': 'In diesem Bild wurde kein Motiv gefunden.',
  'failures.model_unavailable':
    'Das Modell konnte nicht geladen werden. Verbinden Sie sich einmal mit dem Netz, damit es gespeichert werden kann.',
  'failures.model_invalid':
    'Das geladene Modell ist beschädigt. Laden Sie die Seite neu, um es noch einmal zu holen.',
  'failures.model_not_installed':
    'Dieses Modell ist nicht auf diesem Gerät. Öffnen Sie „Modelle“ und laden Sie es herunter.',
  'failures.model_unknown': 'Ein solches Modell gibt es hier nicht.',
  'failures.runtime_failed': 'Der Rechenkern ist an diesem Bild gescheitert. Versuchen Sie es noch einmal.',
  'failures.runtime_unsupported':
    'Dieser Browser kann Modelle weder auf der Grafikkarte noch mit WebAssembly und SIMD ausführen, deshalb werden hier keine Hintergründe entfernt. Bilder, die Sie hinzufügen, warten; vorhandene Ergebnisse lassen sich ansehen, bearbeiten und herunterladen. Jeder Browser der letzten zwei Jahre kann es, und ein Offcut-Server auch.',
  'failures.encode_failed':
    'Das Ergebnis konnte nicht geschrieben werden. Versuchen Sie es noch einmal, oder wählen Sie ein anderes Format.',
  'failures.input_lost': 'Das Foto ist nicht mehr auf diesem Gerät. Fügen Sie es noch einmal hinzu.',
  'failures.file_too_large': 'Diese Datei ist zu groß.',
  'failures.storage_full':
    'Der Browser hat keinen Platz mehr, deshalb wurde dies nicht gespeichert. Löschen Sie fertige Bilder, oder schaffen Sie Platz auf dem Gerät, und versuchen Sie es dann noch einmal.',
  'failures.request_malformed':
    'Diese Datei ist beschädigt oder wurde nicht von Offcut exportiert. Nichts wurde importiert.',
  'failures.media_type_unsupported': 'Dateien dieser Art lassen sich hier nicht verwenden.',
  'failures.server_forgot':
    'Der Server kennt dieses Bild nicht mehr. Wiederholen Sie es auf einem Gerät, das das Foto hat.',
  'failures.server_disconnected':
    'Der Server wurde getrennt, bevor dies fertig war. Wiederholen Sie es, damit dieses Gerät es macht.',
  'failures.result_not_found':
    'Der Server hatte dieses Bild fertig und hat sein Ergebnis nicht mehr. Wiederholen Sie es, oder fügen Sie das Foto neu hinzu.',
  'failures.server.model_not_installed':
    'Dieses Modell ist nicht auf dem Server. Wählen Sie ein anderes, oder fügen Sie das Bild für dieses Gerät neu hinzu.',
  'failures.server.model_unknown':
    'Der Server hat dieses Modell nicht. Wählen Sie ein anderes, oder fügen Sie das Bild für dieses Gerät neu hinzu.',
  'failures.server.model_unavailable':
    'Der Server konnte das Modell nicht laden. Versuchen Sie es später noch einmal, oder fragen Sie den, der ihn betreibt.',
  'failures.server.model_invalid':
    'Das Modell auf dem Server ist beschädigt. Fragen Sie den, der ihn betreibt.',
  'failures.server.storage_full':
    'Der Server hat keinen Platz mehr. Versuchen Sie es später noch einmal, oder fragen Sie den, der ihn betreibt.',
  'failures.server.input_lost': 'Das Foto ist nicht mehr auf dem Server. Fügen Sie es noch einmal hinzu.',
  'failures.internal_error': 'Etwas Unerwartetes ist schiefgegangen. Versuchen Sie es noch einmal.',
} as const;
