// The page is opened from a file: then a browser runs no modules, and fetches nothing. So it is said in words what is missing.
if (location.protocol === 'file:') {
  const told = document.createElement('p');
  told.setAttribute('role', 'alert');
  told.style.cssText = 'font: 18px/1.5 sans-serif; max-width: 60ch; margin: 3em auto; padding: 0 1em';
  told.textContent =
    'This page was opened from a file, where a browser lets it load neither its program nor its charts: all of it is missing. ' +
    'Have it served, and open the address that is told: "npx maskbit inspect", or in this folder "python3 -m http.server".';
  document.getElementById('page').append(told);
}
