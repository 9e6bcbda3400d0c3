using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text;

using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace TusUpload.Server.Api;

/// <summary>A page of a list, newest first. <paramref name="NextCursor"/> is null on the last one.</summary>
internal sealed record Page<T>(IReadOnlyList<T> Items, string? NextCursor);

/// <summary>Which page is asked for: <c>?limit=&amp;cursor=</c>.</summary>
/// <param name="Limit">1 to 200, default 50.</param>
/// <param name="Cursor">The nextCursor of the page before; opaque to clients.</param>
internal sealed record PageRequest([FromQuery(Name = "limit")] int? Limit, [FromQuery(Name = "cursor")] string? Cursor)
{
    private const int Default = 50;
    private const int Most = 200;
    private const int LongestText = 4000;

    /// <summary>The limit and the id to continue below; or what is wrong with them.</summary>
    public bool TryRead(out int limit, out Guid? below, [NotNullWhen(false)] out ApiError? error)
    {
        limit = Limit ?? Default;
        below = null;
        error = limit is < 1 or > Most ? ApiError.InvalidLimit : null;
        if (error is null && Cursor is { Length: > 0 } cursor)
        {
            below = Read(cursor);
            error = below is null ? ApiError.InvalidCursor : null;
        }

        return error is null;
    }

    /// <summary>The same for a list that goes on after a text.</summary>
    public bool TryReadText(out int limit, out string? after, [NotNullWhen(false)] out ApiError? error)
    {
        limit = Limit ?? Default;
        after = null;
        error = limit is < 1 or > Most ? ApiError.InvalidLimit : null;
        if (error is null && Cursor is { Length: > 0 } cursor)
        {
            after = cursor.Length <= LongestText && Base64Url.IsValid(cursor) ? Encoding.UTF8.GetString(Base64Url.DecodeFromChars(cursor)) : null;
            error = after is null || after.Contains('\0', StringComparison.Ordinal) ? ApiError.InvalidCursor : null;
        }

        return error is null;
    }

    internal static string Write(string last) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(last));

    // Ids are of version 7: their order is that of their making, and no second column is needed to page.
    internal static string Write(Guid last) => Base64Url.EncodeToString(last.ToByteArray());

    private static Guid? Read(string cursor)
    {
        Span<byte> id = stackalloc byte[16];
        return cursor.Length == 22 && Base64Url.IsValid(cursor) && Base64Url.DecodeFromChars(cursor, id) == 16 ? new Guid(id) : null;
    }
}

internal static class PageQuery
{
    /// <summary>Reads one item more than asked for, to know whether there is a next page.</summary>
    public static Task<Page<T>> ToPageAsync<T>(
        this IQueryable<T> newestFirst, int limit, Func<T, Guid> id, CancellationToken cancellationToken) =>
        newestFirst.ToPageAsync(limit, item => PageRequest.Write(id(item)), cancellationToken);

    /// <summary>The same for a list in any order; its cursors are made of what it goes on after.</summary>
    public static async Task<Page<T>> ToPageAsync<T>(
        this IQueryable<T> inOrder, int limit, Func<T, string> cursor, CancellationToken cancellationToken)
    {
        var items = await inOrder.Take(limit + 1).ToListAsync(cancellationToken);
        if (items.Count <= limit)
        {
            return new(items, null);
        }

        items.RemoveAt(limit);
        return new(items, cursor(items[^1]));
    }
}
