export const badges = {
  'badges.engine.name': 'كيف تُعالج الصور هنا',
  'badges.engine.privacy': 'تُعالج الصور على هذا الجهاز، ولا تُرسل إلى أي مكان.',
  'badges.engine.privacy.server':
    'تُرسَل إلى خادمك الصور التي تختار معالجتها عليه، ويعالج هذا الجهاز ما سواها.',
  'badges.engine.starting': 'جارٍ بدء المحرّك',
  'badges.engine.starting.short': 'جارٍ البدء',
  'badges.engine.starting.detail': 'يجري تحميل النموذج. تنتظر الصور في قائمة العمل حتى يجهز.',
  'badges.engine.wasm': {
    zero: 'WebAssembly',
    one: 'WebAssembly بمسار واحد',
    two: 'WebAssembly بمسارين',
    few: 'WebAssembly بـ {count} مسارات',
    many: 'WebAssembly بـ {count} مسارًا',
    other: 'WebAssembly بـ {count} مسار',
  },
  'badges.engine.elsewhere': 'يعمل في علامة تبويب أخرى',
  'badges.engine.elsewhere.detail':
    'علامة تبويب أخرى من Offcut تنجز العمل للجميع. وإذا أُغلقت تتولّى هذه العمل.',
  'badges.engine.failed': 'تعذّر تشغيل المحرّك',
  'badges.engine.why.gpu': 'يعمل على بطاقة الرسوميات: أسرع ما في هذا الجهاز.',
  'badges.engine.why.no-gpu': 'لا يوفّر هذا المتصفح WebGPU. يُستخدم WebAssembly.',
  'badges.engine.why.software-gpu': 'WebGPU هنا محاكاة برمجية فقط. يُستخدم WebAssembly.',
  'badges.engine.why.gpu-failed': 'أخفق WebGPU على هذا الجهاز. يُستخدم WebAssembly.',
  'badges.engine.why.gpu-off': 'WebGPU موقوف. يُستخدم WebAssembly.',
  'badges.offline.why.development': 'خادم التطوير لا يعمل بلا إنترنت؛ ابنِ التطبيق لذلك.',
  'badges.offline.why.insecure':
    'لا تخزّن المتصفحات تطبيقًا إلا عبر HTTPS أو من هذا الجهاز. يعمل ما دامت هذه الصفحة مفتوحة.',
  'badges.offline.why.forbidden':
    'لا تسمح نافذة المتصفح هذه بتخزين التطبيقات (هل هي نافذة خاصة؟). يعمل ما دامت هذه الصفحة مفتوحة.',
  'badges.offline.why.unreachable': 'تعذّر تخزين التطبيق. يعمل ما دامت هذه الصفحة مفتوحة.',
  'badges.offline.why.incomplete':
    'تعذّر تخزين التطبيق كاملًا: انقطع الاتصال أو لم تبقَ مساحة. يعمل ما دامت هذه الصفحة مفتوحة؛ أعد تحميلها للمحاولة مجددًا.',
  'badges.offline.name': 'العمل بلا إنترنت',
  'badges.offline.storing': 'التخزين {percent}',
  'badges.offline.storing.label': 'التخزين للعمل بلا إنترنت',
  'badges.offline.storing.detail':
    'يجري تخزين التطبيق ومحرّكه والنموذج على هذا الجهاز. بعد ذلك يعمل Offcut بلا إنترنت.',
  'badges.offline.ready': 'يعمل بلا إنترنت',
  'badges.offline.ready.detail':
    'كل شيء مخزّن على هذا الجهاز. يمكنك الآن قطع الاتصال، وفتح هذه الصفحة مجددًا بلا إنترنت.',
  'badges.offline.update': 'يتوفر تحديث',
  'badges.offline.update.detail':
    'إصدار أحدث جاهز. يعيد التحديث تحميل الصفحة، وتبقى الصور في قائمة العمل محفوظة.',
  'badges.offline.update.now': 'حدّث الآن',
  'badges.offline.unavailable': 'يحتاج إلى الإنترنت',
} as const;
