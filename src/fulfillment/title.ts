export const TITLE_STATUS = {
  pending: 'pending',
  submittedToDmv: 'submitted_to_dmv',
  processing: 'processing',
  completed: 'completed',
  rejected: 'rejected',
} as const
export type TitleStatus = (typeof TITLE_STATUS)[keyof typeof TITLE_STATUS]

export const TITLE_DOCUMENT_TYPES = ['title', 'bill_of_sale'] as const
export type TitleDocumentType = (typeof TITLE_DOCUMENT_TYPES)[number]
