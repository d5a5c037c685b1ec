export const failures = {
  'failures.worker_lost': 'توقّف المحرّك أثناء عمله على هذه الصورة.',
  'failures.image_empty': 'هذا الملف فارغ.',
  'failures.image_unsupported': 'هذا الملف ليس صورة من نوع يقرؤه Offcut.',
  'failures.image_undecodable': 'هذه الصورة تالفة ولا يمكن قراءتها.',
  'failures.image_too_large': 'هذه الصورة كبيرة جدًا.',
  'failures.image_truncated': 'ينتهي هذا الملف قبل أوانه: جزء من الصورة مفقود.',
  'failures.image_checksum': 'تغيّر هذا الملف دون قصد: قد تكون أجزاء من الصورة خاطئة.',
  'failures.image_damaged': 'هذا الملف تالف: قد تكون أجزاء من الصورة مفقودة.',
  'failures.image_animated': 'هذه الصورة متحركة: أُخذ إطارها الأول.',
  'failures.subject_empty': 'لم يُعثر على عنصر رئيسي في هذه الصورة.',
  'failures.model_unavailable': 'تعذّر تحميل النموذج. اتصل بالإنترنت مرة واحدة ليمكن تخزينه.',
  'failures.model_invalid': 'النموذج الذي حُمّل تالف. أعد تحميل الصفحة لجلبه من جديد.',
  'failures.model_not_installed': 'هذا النموذج غير موجود على هذا الجهاز. افتح «النماذج» ونزّله.',
  'failures.model_unknown': 'لا يوجد نموذج كهذا هنا.',
  'failures.runtime_failed': 'أخفق المحرّك في هذه الصورة. أعد المحاولة.',
  'failures.runtime_unsupported':
    'لا يستطيع هذا المتصفح تشغيل النماذج على بطاقة الرسوميات ولا عبر WebAssembly مع SIMD، لذا لا تُزال الخلفيات هنا. تنتظر الصور التي تضيفها، ويمكن عرض النتائج الموجودة وتعديلها وتنزيلها. أي متصفح من العامين الأخيرين يستطيع ذلك، وكذلك خادم Offcut.',
  'failures.encode_failed': 'تعذّرت كتابة النتيجة. أعد المحاولة، أو اختر صيغة أخرى.',
  'failures.input_lost': 'لم تعد الصورة الأصلية على هذا الجهاز. أضفها من جديد.',
  'failures.file_too_large': 'هذا الملف كبير جدًا.',
  'failures.storage_full':
    'لم تبقَ مساحة في المتصفح، فلم يُخزَّن هذا. احذف الصور المكتملة أو أفرغ مساحة على الجهاز، ثم أعد المحاولة.',
  'failures.request_malformed': 'هذا الملف تالف، أو لم يصدّره Offcut. لم يُستورد شيء.',
  'failures.media_type_unsupported': 'لا يمكن استخدام هذا النوع من الملفات هنا.',
  'failures.server_forgot': 'لم يعد الخادم يعرف هذه الصورة. أعد المحاولة على جهاز لديه الصورة الأصلية.',
  'failures.server_disconnected': 'قُطع الاتصال بالخادم قبل أن يكتمل هذا. أعد المحاولة ليعالجها هذا الجهاز.',
  'failures.result_not_found':
    'أكمل الخادم هذه الصورة ولم تعد نتيجتها لديه. أعد المحاولة أو أضف الصورة من جديد.',
  'failures.server.model_not_installed':
    'هذا النموذج غير موجود على الخادم. اختر نموذجًا آخر، أو أضف الصورة من جديد لهذا الجهاز.',
  'failures.server.model_unknown':
    'ليس لدى الخادم هذا النموذج. اختر نموذجًا آخر، أو أضف الصورة من جديد لهذا الجهاز.',
  'failures.server.model_unavailable': 'تعذّر على الخادم تحميل النموذج. أعد المحاولة لاحقًا، أو اسأل من يديره.',
  'failures.server.model_invalid': 'النموذج على الخادم تالف. اسأل من يديره.',
  'failures.server.storage_full': 'لم يبق على الخادم مكان. أعد المحاولة لاحقًا، أو اسأل من يديره.',
  'failures.server.input_lost': 'لم تعد الصورة على الخادم. أضفها من جديد.',
  'failures.internal_error': 'حدث خطأ غير متوقع. أعد المحاولة.',
} as const;
