import type { Translation } from '../../translation.ts';

export const intake = {
  'intake.title': 'Hintergründe entfernen.',
  'intake.subtitle': 'Auf Ihrem Gerät, offline, privat.',
  'intake.subtitle.server': 'Auf Ihrem Gerät oder Ihrem Server.',
  'intake.pick.files': 'Bilder auswählen',
  'intake.pick.folder': 'Ordner auswählen',
  'intake.pick.camera': 'Foto aufnehmen',
  'intake.add': 'Hinzufügen',
  'intake.add-more': 'Weitere Wege, Bilder hinzuzufügen',
  'intake.paste': 'Einfügen',
  'intake.link': 'Von einem Link',
  'intake.drop': 'Loslassen, um Hintergründe zu entfernen',
  'intake.drop-or-paste': 'oder Bilder und Ordner irgendwo ablegen, oder mit {keys} einfügen',
  'intake.samples': 'Kein Bild zur Hand? Nehmen Sie eines von uns.',
  'intake.sample.duck': 'Badeente',
  'intake.sample.cactus': 'Kaktus',
  'intake.sample-unreachable':
    'Das Beispiel konnte nicht geladen werden. Ist das Netz weg? Eigene Bilder gehen trotzdem.',
  'intake.left-out': {
    one: '{images} kommen dazu; {count} Datei, die kein Bild ist, bleibt weg.',
    other: '{images} kommen dazu; {count} Dateien, die keine Bilder sind, bleiben weg.',
  },
  'intake.no-image': 'Darin war kein Bild.',
  'intake.unreadable': 'Das Abgelegte konnte nicht gelesen werden. {reason}',
  'intake.nothing-to-paste': 'In der Zwischenablage ist kein Bild.',
  'intake.paste-forbidden':
    'Dieser Browser lässt die Seite die Zwischenablage nicht lesen. Füge mit der Tastatur oder dem Menü des Browsers ein.',
  'intake.shared-nothing': 'Im Geteilten war weder ein Bild noch ein Link.',
  'intake.shared-failed':
    'Das Geteilte konnte auf diesem Gerät nicht gespeichert werden. Schaffe Platz und teile es noch einmal.',
  'intake.link.address': 'Adresse des Bildes',
  'intake.link.about':
    'Ihr Gerät fragt die Website direkt nach dem Bild, und nur wenn Sie den Knopf drücken.',
  'intake.link.about-host':
    'Ihr Gerät fragt {host} direkt nach dem Bild, und nur wenn Sie den Knopf drücken. Sonst erfährt niemand davon.',
  'intake.link.fetch': 'Bild holen',
  'intake.link.fetching': 'Wird geholt …',
  'intake.link.invalid': 'Das ist keine Web-Adresse. Sie beginnt mit https://.',
  'intake.link.closed':
    '{host} ist nicht erreichbar oder lässt andere Seiten seine Bilder nicht lesen. Speichern Sie das Bild auf Ihrem Gerät (lange drücken oder Rechtsklick) und legen Sie es hier ab.',
  'intake.link.refused':
    '{host} antwortet {status}: Unter dieser Adresse ist kein Bild, oder nicht für alle.',
  'intake.link.no-picture':
    'Unter dieser Adresse ist kein Bild, sondern „{type}“. Kopiere die Adresse des Bildes selbst.',
  'intake.link.too-large':
    'Das Bild hat mehr als 100 MB. Speichern Sie es auf Ihrem Gerät und verkleinern Sie es zuerst.',
  'intake.link.slow': '{host} braucht zu lange. Versuche es später noch einmal.',
} as const satisfies Translation;
