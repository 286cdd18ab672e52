export const plugins = () => [];
