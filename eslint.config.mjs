import tseslint from 'typescript-eslint';
import { arrows } from './scripts/lint/arrows.mjs';

export default tseslint.config(
  { ignores: ['dist', 'node_modules', '.cache', 'coverage', '**/fixtures', 'images'] },
  ...tseslint.configs.recommended,
  {
    files: ['**/*.{ts,mts,mjs}'],
    plugins: { house: { rules: { arrows } } },
    rules: {
      'house/arrows': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      eqeqeq: ['error', 'always'],
      'no-console': 'off',
    },
  },
  {
    files: ['src/{dt,xl,image,emu,hyp}/**/*.ts'],
    rules: {
      'no-console': 'error',
      'no-restricted-globals': [
        'error',
        { name: 'process', message: 'portable code: inject what you need' },
        { name: 'Buffer', message: 'portable code: use Uint8Array' },
        { name: 'performance', message: 'no clock below lab' },
        { name: 'setTimeout', message: 'no clock below lab' },
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'no clock below lab: time is the instruction count' },
        { object: 'Math', property: 'random', message: 'no randomness below lab' },
      ],
    },
  },
);
