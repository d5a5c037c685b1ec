export const badges = {
  'badges.engine.name': 'Wie Bilder hier verarbeitet werden',
  'badges.engine.privacy': 'Bilder werden von diesem Gerät verarbeitet. Sie werden nirgendwohin gesendet.',
  'badges.engine.privacy.server':
    'Bilder, die auf Ihrem Server laufen sollen, werden dorthin gesendet; alle anderen verarbeitet dieses Gerät.',
  'badges.engine.starting': 'Wird gestartet',
  'badges.engine.starting.short': 'Startet',
  'badges.engine.starting.detail': 'Das Modell wird geladen. Bis es da ist, warten die Bilder in der Reihe.',
  'badges.engine.wasm': { one: 'WebAssembly, {count} Thread', other: 'WebAssembly, {count} Threads' },
  'badges.engine.elsewhere': 'Läuft in anderem Tab',
  'badges.engine.elsewhere.detail':
    'Ein anderer Tab von Offcut erledigt die Arbeit für alle. Wird er geschlossen, übernimmt dieser.',
  'badges.engine.failed': 'Start fehlgeschlagen',
  'badges.engine.why.gpu': 'Gerechnet wird auf der Grafikkarte: das Schnellste, was dieses Gerät hat.',
  'badges.engine.why.no-gpu': 'Dieser Browser bietet kein WebGPU. Gerechnet wird mit WebAssembly.',
  'badges.engine.why.software-gpu':
    'WebGPU wird hier nur in Software nachgeahmt. Gerechnet wird mit WebAssembly.',
  'badges.engine.why.gpu-failed': 'WebGPU ist auf diesem Gerät gescheitert. Gerechnet wird mit WebAssembly.',
  'badges.engine.why.gpu-off': 'WebGPU ist ausgeschaltet. Gerechnet wird mit WebAssembly.',
  'badges.offline.why.development':
    'Der Entwicklungsserver arbeitet nicht ohne Netz; dafür muss die App gebaut werden.',
  'badges.offline.why.insecure':
    'Browser speichern eine App nur von HTTPS oder von diesem Rechner. Sie läuft, solange diese Seite offen ist.',
  'badges.offline.why.forbidden':
    'Dieses Browserfenster erlaubt nicht, Apps zu speichern (ein privates Fenster?). Sie läuft, solange diese Seite offen ist.',
  'badges.offline.why.unreachable':
    'Die App konnte nicht gespeichert werden. Sie läuft, solange diese Seite offen ist.',
  'badges.offline.why.incomplete':
    'Die App konnte nicht vollständig gespeichert werden: Die Verbindung brach ab, oder es ist kein Platz mehr. Sie läuft, solange diese Seite offen ist; laden Sie sie neu, um es noch einmal zu versuchen.',
  'badges.offline.name': 'Arbeiten ohne Netz',
  'badges.offline.storing': 'Speichern: {percent}',
  'badges.offline.storing.label': 'Wird für die Nutzung ohne Netz gespeichert',
  'badges.offline.storing.detail':
    'App, Rechenkern und Modell werden auf diesem Gerät gespeichert. Danach arbeitet Offcut ohne Netz.',
  'badges.offline.ready': 'Läuft ohne Netz',
  'badges.offline.ready.detail':
    'Alles ist auf diesem Gerät gespeichert. Sie können jetzt offline gehen und diese Seite ohne Netz wieder öffnen.',
  'badges.offline.update': 'Neue Version',
  'badges.offline.update.detail':
    'Eine neuere Version ist bereit. Dafür wird die Seite neu geladen; Bilder in der Reihe bleiben erhalten.',
  'badges.offline.update.now': 'Jetzt aktualisieren',
  'badges.offline.unavailable': 'Nur mit Netz',
} as const;
