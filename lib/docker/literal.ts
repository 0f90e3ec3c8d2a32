/** Text that Terraform must take as it is: `${` and `%{` would begin a template (Terraform language, "Strings and Templates"). */
export const literal = (text: string): string => text.replace(/[$%]\{/g, (start) => `${start[0]}${start}`);
